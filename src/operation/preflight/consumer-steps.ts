import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { isMarked } from '../../findings/marks.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import { nameGiven } from '../predict/consumers/consumers.ts';
import { refusedConsumer } from '../predict/consumers/refused-consumer.ts';
import type { ServerRules } from '../predict/rules/server-rules.ts';
import type { ServedStream } from '../predict/start.ts';
import type { PreflightStep } from './types.ts';

/** Consumers that do not come up, and why. */
export function consumerSteps(
  { consumers }: ServedStream,
  { archive }: StreamEvidence,
  rules: ServerRules,
): PreflightStep[] {
  const there = new Set(consumers.map(({ name }) => name));
  return archive.consumers
    .filter(({ name }) => !there.has(name))
    .map((consumer) => ({
      do: 'drop-consumer',
      severity: 'critical',
      file: consumer.label,
      reason: whyDropped(consumer, archive, consumers, rules),
    }));
}

function whyDropped(
  consumer: ConsumerArchive,
  archive: StreamArchive,
  others: readonly ConsumerArchive[],
  rules: ServerRules,
): string {
  const { name, config, state } = consumer;
  if (config === null) return `consumer ${name} cannot be read; its files stay`;
  if (nameGiven(consumer) !== name)
    return `the meta.inf of consumer ${name} is that of another one; its files stay`;
  const refusal = refusedConsumer(consumer, archive.config ?? {}, others, rules, true);
  if (refusal !== null) return `consumer ${name} is not taken: ${refusal}; its files stay`;
  return state === null && rules.brokenConsumer === 'deleted'
    ? `the state of consumer ${name} cannot be read: the server deletes it`
    : `consumer ${name} cannot be read; its files stay`;
}

/** Consumers that come up, though not where they were. */
export function positionSteps({ consumers }: ServedStream, { archive }: StreamEvidence): PreflightStep[] {
  const started = new Map(consumers.map((consumer) => [consumer.name, consumer]));
  const wrong = archive.findings.filter(
    ({ code, severity }) => severity === 'critical' && isMarked(code, 'position'),
  );
  const found = new Map(wrong.map((finding) => [finding.consumer ?? '', finding]));
  return [...found].flatMap(([name, { file = null }]): PreflightStep[] => {
    const own = started.get(name);
    if (own === undefined) return [];
    const reason =
      own.state === null
        ? `consumer ${name} comes up without its position, since its state cannot be read: what it acknowledged is delivered again, or (2.10) it is listed and not served`
        : `consumer ${name} goes on from a state that contradicts itself: messages are delivered again, or not at all`;
    return [{ do: 'misplace-consumer', severity: 'critical', file, reason }];
  });
}
