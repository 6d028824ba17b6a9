// A small, whole server on Fedify, for tests: one person, `ada`, with an inbox that verifies, an
// outbox, followers, notes and their tombstones. Fedify does the protocol with its own defaults;
// here stands only what an application adds.
//
// Without a message queue, Fedify handles what it receives before it answers, and delivers before
// `sendActivity` returns: so nothing has to be waited for.
//
// It is told what to do on standard input, one JSON object a line (`{"id": 1, "task": "follow",
// "whom": "@name@host"}`), and answers each on standard output (`{"id": 1, "value": …}` or
// `{"id": 1, "fault": "…"}`); the first line says `{"ready": true}`. When standard input ends, so
// does the server: no test can leave one behind.
//
// From the environment:
//   NAME     its host name, as everybody knows it; https on port 443
//   DOORS    JSON: host name → port on 127.0.0.1 where that host really listens, its own too
//   PAPERS   a PEM file with its private key and certificates
//   NODE_EXTRA_CA_CERTS   read by Node: the authority behind everybody's certificates
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import {
  createFederation,
  generateCryptoKeyPair,
  MemoryKvStore,
  verifyObject,
  verifyRequest,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Create,
  Delete,
  Endpoints,
  Follow,
  Like,
  Note,
  Object as Thing,
  Person,
  PUBLIC_COLLECTION,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";
import { serve } from "@hono/node-server";
import { Temporal } from "@js-temporal/polyfill";
import { Agent, buildConnector, setGlobalDispatcher } from "undici";

const ADA = "ada";
const origin = new URL(`https://${process.env.NAME}`);
const doors = JSON.parse(process.env.DOORS);
const papers = readFileSync(process.env.PAPERS);

// --- the names of the street: every call that Fedify makes goes through Node's own fetch ---

const dial = buildConnector({});
setGlobalDispatcher(
  new Agent({
    connect(options, done) {
      const port = doors[options.hostname];
      if (port === undefined) {
        done(new Error(`${options.hostname} has no address`), null);
        return;
      }
      const { hostname } = options;
      dial({ ...options, hostname: "127.0.0.1", port, servername: hostname }, done);
    },
  }),
);

// --- what the application remembers ---

const followers = new Map(); // actor → { id, inboxId, endpoints }, as Fedify wants recipients
const follows = new Map(); // id of a Follow of ours → { activity, whom, isAccepted }
const notes = new Map(); // id → Note or Tombstone
const heard = []; // what came to the inbox, in order, as Fedify read it
const posted = new Map(); // id of an activity → { document, signer }, as it came to the inbox

// --- the server ---

const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });

// 2048 bits, as Mastodon has them; Fedify's own generator makes 4096.
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

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== ADA) return null;
    const [first, ...rest] = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Ada",
      summary: "<p>Reads models.</p>",
      url: ctx.getActorUri(identifier),
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: first.cryptographicKey,
      assertionMethods: [first, ...rest].map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === ADA ? keys : []));

federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, identifier) =>
  identifier === ADA ? { items: [...followers.values()] } : null,
);

federation.setOutboxDispatcher("/users/{identifier}/outbox", (_ctx, identifier) =>
  identifier === ADA ? { items: [] } : null,
);

federation.setObjectDispatcher(Note, "/notes/{number}", (ctx, { number }) => {
  const note = notes.get(ctx.getObjectUri(Note, { number }).href);
  return note instanceof Note ? note : null;
});

// Fedify believes of a Follow of its own that somebody embeds only what it reads here.
federation.setObjectDispatcher(
  Follow,
  "/follows/{number}",
  (ctx, { number }) => follows.get(ctx.getObjectUri(Follow, { number }).href)?.activity ?? null,
);

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (ctx, follow) => {
    await hear(ctx, follow);
    const follower = await follow.getActor(ctx);
    followers.set(follower.id.href, {
      id: follower.id,
      inboxId: follower.inboxId,
      endpoints: follower.endpoints,
    });
    await ctx.sendActivity({ identifier: ADA }, follower, new Accept({
      id: fresh("accepts"),
      actor: ctx.getActorUri(ADA),
      object: follow,
    }));
  })
  .on(Accept, async (ctx, accept) => {
    await hear(ctx, accept);
    const follow = follows.get(accept.objectId?.href);
    if (follow !== undefined && accept.actorId.href === follow.whom.id.href) {
      follow.isAccepted = true;
    }
  })
  .on(Undo, async (ctx, undo) => {
    await hear(ctx, undo);
    if ((await undo.getObject(ctx)) instanceof Follow) followers.delete(undo.actorId.href);
  })
  .on(Activity, hear)
  .onError((_ctx, error) => console.error(error));

/** Keeps what Fedify read of an activity: its words, and whether its proof holds. */
async function hear(ctx, activity) {
  const { document, signer } = posted.get(activity.id.href);
  const object = await activity.getObject(ctx);
  heard.push({
    type: nameOf(activity),
    actor: activity.actorId?.href,
    signer,
    proves: await proves(ctx, document),
    object: object === null ? { id: activity.objectId?.href } : described(object),
  });
}

async function proves(ctx, document) {
  const { contextLoader, documentLoader } = ctx;
  return (await verifyObject(Thing, document, { contextLoader, documentLoader })) !== null;
}

function described(thing) {
  return {
    type: nameOf(thing),
    id: thing.id?.href,
    name: thing.name?.toString(),
    summary: thing.summary?.toString(),
    content: thing.content?.toString(),
    languages: thing.contents.flatMap((text) => (text.locale ? [`${text.locale}`] : [])),
    url: thing.url?.href,
    author: thing.attributionId?.href,
  };
}

function nameOf(thing) {
  return thing.constructor.name;
}

let number = 0;
function fresh(kind) {
  number += 1;
  return new URL(`/${kind}/${number}`, origin);
}

// --- what tests tell it to do ---

const context = () => federation.createContext(origin, undefined);

const tasks = {
  heard: () => heard,

  following: () =>
    [...follows.values()].filter((one) => one.isAccepted).map((one) => one.whom.id.href),

  followers: () => [...followers.keys()],

  /** Looks a handle or an address up: WebFinger, then the document. */
  async lookUp({ whom }) {
    const found = await context().lookupObject(whom);
    return found === null ? null : described(found);
  },

  /** Whether Fedify believes the proof (FEP-8b32) of a document, in the name of its author. */
  proves: ({ document }) => proves(context(), document),

  async follow({ whom }) {
    const ctx = context();
    const followee = await ctx.lookupObject(whom);
    const activity = new Follow({
      id: ctx.getObjectUri(Follow, { number: `${(number += 1)}` }),
      actor: ctx.getActorUri(ADA),
      object: followee.id,
      to: followee.id,
    });
    follows.set(activity.id.href, { activity, whom: followee, isAccepted: false });
    await ctx.sendActivity({ identifier: ADA }, followee, activity);
  },

  async unfollow({ whom }) {
    const ctx = context();
    const [id, follow] = [...follows].find(([, one]) => one.whom.id.href === whom);
    follows.delete(id);
    await ctx.sendActivity({ identifier: ADA }, follow.whom, new Undo({
      id: fresh("undos"),
      actor: ctx.getActorUri(ADA),
      object: follow.activity,
      to: follow.whom.id,
    }));
  },

  /** Says something to the followers; the id of the note. */
  async say({ text }) {
    const ctx = context();
    const id = ctx.getObjectUri(Note, { number: `${(number += 1)}` });
    const note = new Note({
      id,
      attribution: ctx.getActorUri(ADA),
      content: text,
      url: id,
      published: Temporal.Now.instant(),
      to: PUBLIC_COLLECTION,
      cc: ctx.getFollowersUri(ADA),
    });
    notes.set(id.href, note);
    await tell(ctx, Create, note);
    return id.href;
  },

  async reword({ note: id, text }) {
    const note = notes.get(id).clone({ content: text, updated: Temporal.Now.instant() });
    notes.set(id, note);
    await tell(context(), Update, note);
  },

  async erase({ note: id }) {
    const note = new Tombstone({ id: new URL(id), deleted: Temporal.Now.instant() });
    notes.set(id, note);
    await tell(context(), Delete, note);
  },

  like: ({ whose, what }) => react(Like, whose, what),

  announce: ({ whose, what }) => react(Announce, whose, what),
};

async function tell(ctx, Kind, object) {
  await ctx.sendActivity({ identifier: ADA }, "followers", new Kind({
    id: fresh("activities"),
    actor: ctx.getActorUri(ADA),
    object,
    to: PUBLIC_COLLECTION,
    cc: ctx.getFollowersUri(ADA),
  }));
}

async function react(Kind, whose, what) {
  const ctx = context();
  const owner = await ctx.lookupObject(whose);
  await ctx.sendActivity({ identifier: ADA }, owner, new Kind({
    id: fresh("activities"),
    actor: ctx.getActorUri(ADA),
    object: new URL(what),
    to: PUBLIC_COLLECTION,
    cc: owner.id,
  }));
}

// --- its door and its orders ---

/** Answers a request; of what is posted, first notes it, and whose key its HTTP signature fits. */
async function answer(request) {
  if (request.method === "POST") {
    const { contextLoader, documentLoader } = context();
    const document = await request.clone().json();
    const key = await verifyRequest(request.clone(), { contextLoader, documentLoader });
    posted.set(document.id, { document, signer: key?.ownerId?.href ?? null });
  }
  const asked = notes.get(request.url);
  if (request.method === "GET" && asked instanceof Tombstone) {
    return Response.json(await asked.toJsonLd(context()), {
      status: 410,
      headers: { "Content-Type": "application/activity+json" },
    });
  }
  return await federation.fetch(request, { contextData: undefined });
}

function write(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

serve(
  {
    fetch: (request) =>
      answer(request).catch((error) => {
        console.error(error);
        return new Response("see the log", { status: 500 });
      }),
    hostname: "127.0.0.1",
    port: doors[origin.hostname],
    createServer,
    serverOptions: { key: papers, cert: papers },
  },
  () => write({ ready: true }),
);

const orders = createInterface({ input: process.stdin });
orders.on("line", async (line) => {
  const { id, task, ...given } = JSON.parse(line);
  try {
    write({ id, value: (await tasks[task](given)) ?? null });
  } catch (error) {
    write({ id, fault: `${error.stack ?? error}` });
  }
});
orders.on("close", () => process.exit(0));
