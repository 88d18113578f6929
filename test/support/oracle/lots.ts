import type { Answers, Case } from './compare.ts';
import { CRASHED, serve, type Observed } from './serve.ts';

/** Asks one server about streams; null where it ended. */
export type AskLot = (lot: readonly Case[]) => Promise<Answers | null>;

/** Many streams in one server; those predicted to end it alone. A server that ends all the same is found by halving. */
export async function askInLots(
  cases: readonly Case[],
  lotSize: number,
  isCrashing: (one: Case) => boolean,
  ask: AskLot,
): Promise<Answers> {
  const answers = new Map<string, Observed>();
  const others = cases.filter((one) => !isCrashing(one));
  const lots = Array.from({ length: Math.ceil(others.length / lotSize) }, (_, i) =>
    others.slice(i * lotSize, (i + 1) * lotSize),
  );
  for (const lot of [...lots, ...cases.filter(isCrashing).map((one) => [one])])
    await askLot(lot, ask, answers);
  return answers;
}

async function askLot(lot: readonly Case[], ask: AskLot, answers: Map<string, Observed>): Promise<void> {
  const seen = await ask(lot);
  const [only] = lot;
  if (seen !== null) for (const [account, one] of seen) answers.set(account, one);
  else if (lot.length === 1 && only !== undefined) answers.set(only.account, CRASHED);
  else {
    const half = lot.length >> 1;
    await askLot(lot.slice(0, half), ask, answers);
    await askLot(lot.slice(half), ask, answers);
  }
}

/** Starts a server for the accounts of a lot, whose store may be there, and asks it; null where it ended. */
export async function askServer(
  version: string,
  folder: string,
  lot: readonly Case[],
  ask: (port: number, seen: Map<string, Observed>) => Promise<void>,
): Promise<Answers | null> {
  const server = await serve(
    version,
    folder,
    lot.map((one) => one.account),
  );
  if (server === null) return null;
  const seen = new Map<string, Observed>();
  await ask(server.port, seen);
  const hasEnded = server.hasEnded();
  await server.stop();
  return hasEnded ? null : seen;
}

const AT_ONCE = 8;

/** Works through the cases of a lot, some of them at the same time. */
export async function eachOf(lot: readonly Case[], work: (one: Case) => Promise<void>): Promise<void> {
  const queue = [...lot];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
    }),
  );
}
