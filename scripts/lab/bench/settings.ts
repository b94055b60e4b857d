/** What to measure, how long and how often, and in which order. */
import { createRandom } from '../random.ts'

export const caseKinds = [
  'authorize',
  'flow',
  'empty',
  'empty-quick',
  'empty-typescript',
  'direct-authorize',
  'direct-flow',
] as const

/** The same through the minimal front, which `--front minimal` puts into the processes of the API and of the empty handler. */
export const frontKinds = ['authorize-minimal', 'flow-minimal', 'empty-minimal'] as const

export type FrontKind = (typeof frontKinds)[number]
export type CaseKind = (typeof caseKinds)[number] | FrontKind

export interface BenchCase {
  kind: CaseKind
  concurrency: number
}

export const caseName = ({ kind, concurrency }: BenchCase): string => `${kind} @${concurrency}`

export interface BenchSettings {
  seconds: number
  warmupSeconds: number
  /** From the end of a case's load to the measured time of the next, at least: nobody works for another case then. */
  tailSeconds: number
  rounds: number
  concurrency: number[]
  kinds: CaseKind[]
  seed: number
}

/** The cases of each round: shuffled by the seed, and turned from round to round, so that each has another place in every round. */
export function scheduleOf({ kinds, concurrency, rounds, seed }: BenchSettings): BenchCase[][] {
  const random = createRandom(seed)
  const cases = concurrency.flatMap(each => kinds.map(kind => ({ kind, concurrency: each })))
  for (let index = cases.length - 1; index > 0; index--) {
    const other = random.integer(0, index)
    ;[cases[index], cases[other]] = [cases[other]!, cases[index]!]
  }
  return Array.from({ length: rounds }, (_, round) => {
    const first = Math.floor((round * cases.length) / rounds)
    return [...cases.slice(first), ...cases.slice(0, first)]
  })
}
