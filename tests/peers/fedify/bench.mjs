// A whole server on Fedify, to be measured: one person, `alice`, with an inbox that verifies, and
// followers. Everything is in memory, and fifty deliveries go at a time: the fastest that Fedify's
// own parts offer. RSA keys have 2048 bits, as on Mastodon; Fedify's generator makes 4096.
//
// From the environment: PORT. It ends with its standard input.
import {
  createFederation,
  generateCryptoKeyPair,
  InProcessMessageQueue,
  MemoryKvStore,
  ParallelMessageQueue,
} from "@fedify/fedify";
import { Accept, Create, Endpoints, Follow, Note, Person, PUBLIC_COLLECTION } from "@fedify/vocab";
import { serve } from "@hono/node-server";
import { Temporal } from "@js-temporal/polyfill";

const ALICE = "alice";
const AT_ONCE = 50;
const port = Number(process.env.PORT);

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new ParallelMessageQueue(new InProcessMessageQueue(), AT_ONCE),
  allowPrivateAddress: true,
});

const rsa = await crypto.subtle.generateKey(
  {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  true,
  ["sign", "verify"],
);
const keys = [rsa, await generateCryptoKeyPair("Ed25519")];

const followers = new Map(); // actor → { id, inboxId, endpoints }, as Fedify wants recipients
const taken = new Map(); // id of a Create → its document
let number = 0;

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== ALICE) return null;
    const pairs = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Alice",
      summary: "<p>Is measured.</p>",
      url: ctx.getActorUri(identifier),
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === ALICE ? keys : []));

federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, identifier) =>
  identifier === ALICE ? { items: [...followers.values()] } : null,
);

federation.setOutboxDispatcher("/users/{identifier}/outbox", (_ctx, identifier) =>
  identifier === ALICE ? { items: [] } : null,
);

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (ctx, follow) => {
    const follower = await follow.getActor(ctx);
    followers.set(follower.id.href, {
      id: follower.id,
      inboxId: follower.inboxId,
      endpoints: follower.endpoints,
    });
    await ctx.sendActivity({ identifier: ALICE }, follower, new Accept({
      id: new URL(`#accepts/${(number += 1)}`, ctx.getActorUri(ALICE)),
      actor: ctx.getActorUri(ALICE),
      object: follow,
    }));
  })
  .on(Create, async (ctx, create) => {
    taken.set(create.id.href, await create.toJsonLd(ctx));
  })
  .onError((_ctx, error) => console.error(error));

async function publish(request) {
  const ctx = federation.createContext(request, undefined);
  const alice = ctx.getActorUri(ALICE);
  const id = new URL(`/notes/${(number += 1)}`, alice);
  const open = { to: PUBLIC_COLLECTION, cc: ctx.getFollowersUri(ALICE) };
  const note = new Note({
    id,
    attribution: alice,
    content: await request.text(),
    url: id,
    published: Temporal.Now.instant(),
    ...open,
  });
  const create = new Create({ id: new URL("#create", id), actor: alice, object: note, ...open });
  await ctx.sendActivity({ identifier: ALICE }, "followers", create, { preferSharedInbox: true });
  return new Response(null, { status: 204 });
}

serve({
  hostname: "127.0.0.1",
  port,
  fetch: (request) => {
    switch (new URL(request.url).pathname) {
      case "/bench/publish":
        return publish(request);
      case "/bench/taken":
        return Response.json(taken.size);
      default:
        return federation.fetch(request, { contextData: undefined });
    }
  },
});

process.stdin.on("end", () => process.exit(0)).resume();
