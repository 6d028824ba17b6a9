/* Drives masto and megalodon. Takes orders on standard input, one line of JSON each, and answers
   each with one line: `{"value": …}`, or `{"fault": text}`.

   {"begin": library, "url", "token"}: a client of this library, signed in or not.
   {"call": library, "path": ["v1", "accounts", {"select": id}, "follow"], "with": [arguments]}: what
     a method of it returns; megalodon's has its answer in `data`.
   {"detect": url}: what megalodon believes to have found there.
   {"oauth": url, "with": [arguments]}: masto's exchange of a code for a token.
   {"listen": library, "to": name, "about": [arguments]}: a stream over a WebSocket.
   {"heard": name}: the next event of that stream: [kind, what was told].
   It ends with its standard input. */
import { createInterface } from 'node:readline';
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from 'masto';
import generator, { detector } from 'megalodon';

const megalodonOf = generator.default ?? generator;
const clients = {}, streams = {}, closing = [];

class Stream {
  #told = [];
  #asked = [];

  tell(kind, what) {
    const waiting = this.#asked.shift();
    waiting ? waiting([kind, what]) : this.#told.push([kind, what]);
  }

  next() {
    return this.#told.length ? this.#told.shift() : new Promise((done) => this.#asked.push(done));
  }
}

function begin({ begin: library, url, token }) {
  if (library === 'masto') {
    clients.masto = createRestAPIClient({ url, accessToken: token });
    clients.streaming = token && createStreamingAPIClient({
      streamingApiUrl: url.replace(/^http/, 'ws') + '/api/v1/streaming',
      accessToken: token,
      implementation: WebSocket,
    });
  } else clients.megalodon = megalodonOf('mastodon', url, token);
}

async function call({ call: library, path, with: given = [] }) {
  const steps = [...path], last = steps.pop();
  let found = clients[library];
  for (const step of steps) found = step.select ? found.$select(step.select) : found[step];
  const answer = await found[last](...given);
  return library === 'megalodon' && answer?.data !== undefined ? answer.data : answer;
}

async function listen({ listen: library, to, about = [] }) {
  const stream = (streams[`${library} ${to}`] = new Stream());
  if (library === 'megalodon') {
    const socket = await clients.megalodon[to](...about);
    for (const kind of ['update', 'notification', 'conversation', 'status_update', 'delete', 'error'])
      socket.on(kind, (what) => stream.tell(kind, what));
    closing.push(() => socket.stop());
    await new Promise((open) => socket.on('connect', open));
  } else {
    await clients.streaming.prepare();
    const subscription = clients.streaming[to].subscribe(...about);
    closing.push(() => clients.streaming.close());
    (async () => {
      for await (const event of subscription) stream.tell(event.event, event.payload);
    })().catch(() => undefined);
  }
}

const tasks = {
  begin,
  call,
  listen,
  detect: ({ detect }) => detector(detect),
  oauth: ({ oauth, with: given }) => createOAuthAPIClient({ url: oauth }).token.create(...given),
  heard: ({ heard }) => streams[heard].next(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    const task = Object.keys(tasks).find((name) => name in order);
    answer = { value: (await tasks[task](order)) ?? null };
  } catch (error) {
    answer = { fault: String(error?.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
for (const close of closing) close();
process.exit(0);
