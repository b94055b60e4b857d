/** The order of the cases: shuffled by the seed, what is compared next to each other, and who goes first changing by the round. */
import type { Variant } from './consumer.ts'
import type { LatencyCase } from './latency.ts'
import type { Settings } from './settings.ts'
import type { ThroughputCase } from './throughput.ts'

export type Case = ({ part: 'throughput' } & ThroughputCase) | ({ part: 'latency' } & LatencyCase)

export function scheduleOf(settings: Settings): Case[][] {
  const draw = generator(settings.seed)
  return Array.from({ length: settings.rounds }, (_, round) =>
    shuffled(comparisonsOf(settings), draw).flatMap(casesOf => turned(settings.variants, round).flatMap(casesOf)),
  )
}

/** What one ratio is made of, variant by variant. */
function comparisonsOf({ parts, handlers, batchSizes }: Settings): ((variant: Variant) => Case[])[] {
  const throughput = handlers.flatMap(handler =>
    batchSizes.map(batchSize => (variant: Variant): Case[] => [{ part: 'throughput', handler, batchSize, variant }]),
  )
  // A raw loop's latency would be the bare one's: there is next to nothing to build for a record.
  const latency = batchSizes.map(
    batchSize =>
      (variant: Variant): Case[] =>
        variant === 'raw' ? [] : [{ part: 'latency', batchSize, variant }],
  )
  return [...(parts.includes('throughput') ? throughput : []), ...(parts.includes('latency') ? latency : [])]
}

const turned = <T>(list: T[], by: number): T[] => [...list.slice(by % list.length), ...list.slice(0, by % list.length)]

function shuffled<T>(list: T[], draw: () => number): T[] {
  return list
    .map(item => ({ item, place: draw() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** A linear congruential generator: the same order for the same seed. */
function generator(seed: number): () => number {
  let drawn = seed % 2 ** 32
  return () => {
    drawn = (drawn * 1_664_525 + 1_013_904_223) % 2 ** 32
    return drawn / 2 ** 32
  }
}
