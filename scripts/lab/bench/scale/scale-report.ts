/** Prints what a run at scale found: ratios to the empty database, floors, and what stands in the way of more. */
import { originLines, type Section } from '../report.ts'
import type { CaseMedians } from '../run.ts'
import { type BenchCase, caseName } from '../settings.ts'
import type { DrainResult } from './drains.ts'
import type { Look, ScaleResult } from './run-scale.ts'

const FULL_MIN_SHARE = 0.75
const floors = { relay: 8_000, consumer: 5_000, verify: 3_000 } as const
const MODULES_SHOWN = 12

export const scaleHeader = (result: ScaleResult): string[] => {
  const { rows, shape, mariadbFlags, rounds, seconds, warmupSeconds, seed } = result.settings
  const { filled } = result
  return [
    ...originLines(result),
    `${rows.toLocaleString('en')} payments (${shape}), MariaDB with ${mariadbFlags.join(' ')}`,
    `filled in ${filled.seconds.toFixed(0)} s: ${filled.rows.toLocaleString('en')} rows, ${filled.events.toLocaleString('en')} events, ${filled.records.toLocaleString('en')} records of Kafka`,
    `${rounds} rounds of ${seconds} s a case after ${warmupSeconds} s of warm-up, medians; seed ${seed}`,
  ]
}

export const scaleSections = (result: ScaleResult): Section[] =>
  [
    floorsOf(result),
    speed(result),
    lookups(result),
    jobs(result),
    examined(result),
    ...result.drains.map(profileOf),
    tables(result),
  ].filter(section => section.rows.length > 1)

export interface Floor {
  what: string
  wanted: string
  found: string
  reached: boolean
}

/** What was promised, and what was found. */
export function floorsFound({
  empty,
  full,
  verify,
  drains,
}: Pick<ScaleResult, 'empty' | 'full' | 'verify' | 'drains'>): Floor[] {
  const atLeast = (what: string, wanted: number, found: number): Floor => ({
    what,
    wanted: `≥ ${wanted}/s`,
    found: `${found.toFixed(0)}/s`,
    reached: found >= wanted,
  })
  const shares = full.cases
    .filter(({ kind }) => kind !== 'empty')
    .map(each => {
      const share = shareKept(empty, full, each)
      const wanted = `≥ ${FULL_MIN_SHARE * 100} %`
      return {
        what: `${caseName(each)}, full ÷ empty`,
        wanted,
        found: percent(share),
        reached: share >= FULL_MIN_SHARE,
      }
    })
  return [
    ...shares,
    ...drains.map(({ what, perSecond }) => atLeast(`${what}, events`, floors[what], perSecond)),
    atLeast('verify, payments', floors.verify, verify.perSecond),
  ]
}

/**
 * What is left of a case's speed on the full database, as a share of the empty handler's both times: the two looks are minutes apart,
 * and the machine may do more or less for everybody by then.
 */
function shareKept(empty: Look, full: Look, { kind, concurrency }: BenchCase): number {
  const ofHandler = (look: Look) => speedOf(look, { kind, concurrency }) / speedOf(look, { kind: 'empty', concurrency })
  return ofHandler(full) / ofHandler(empty)
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const speedOf = ({ cases }: Look, { kind, concurrency }: BenchCase): number =>
  cases.find(each => each.kind === kind && each.concurrency === concurrency)?.figures.requestsPerSecond ?? Number.NaN

const floorsOf = (result: ScaleResult): Section => ({
  title: 'Floors',
  rows: [
    ['what', 'wanted', 'found', ''],
    ...floorsFound(result).map(({ what, wanted, found, reached }) => [
      what,
      wanted,
      found,
      reached ? 'reached' : 'missed',
    ]),
    ...(result.verify.memoryMiB === null ? [] : [['verify, memory', '', `${result.verify.memoryMiB} MiB`, '']]),
  ],
})

const speed = ({ empty, full }: ScaleResult): Section => ({
  title:
    'Speed on the empty and on the full database; kept: full ÷ empty, each as a share of the empty handler of its time',
  rows: [
    [
      'case',
      'empty: requests/s',
      'p50 ms',
      'p99 ms',
      'CPU ms',
      'full: requests/s',
      'p50 ms',
      'p99 ms',
      'CPU ms',
      'kept',
    ],
    ...full.cases.map(each => {
      const before = empty.cases.find(
        ({ kind, concurrency }) => kind === each.kind && concurrency === each.concurrency,
      )!
      const kept = each.kind === 'empty' ? '' : percent(shareKept(empty, full, each))
      return [caseName(each), ...speedCells(before), ...speedCells(each), kept]
    }),
  ],
})

const speedCells = ({ figures: { requestsPerSecond, load, cpuMsPerRequest } }: CaseMedians): string[] => [
  requestsPerSecond.toFixed(0),
  load.latencyMs.p50.toFixed(1),
  load.latencyMs.p99.toFixed(1),
  cpuMsPerRequest?.toFixed(2) ?? 'n/a',
]

const lookups = ({ empty, full, settings }: ScaleResult): Section => ({
  title: `Reads, ms, ${settings.lookups.concurrency} at once`,
  rows: [
    ['read', 'empty: p50', 'p99', 'full: p50', 'p99', 'max', 'requests'],
    ...full.lookups.map(({ name, latencyMs }) => {
      const before = empty.lookups.find(each => each.name === name)?.latencyMs
      const ms = (value: number | undefined) => (value === undefined ? 'n/a' : value.toFixed(1))
      const cells = [before?.p50, before?.p99, latencyMs?.p50, latencyMs?.p99, latencyMs?.max].map(ms)
      return [name, ...cells, String(latencyMs?.count ?? 0)]
    }),
  ],
})

const jobs = ({ jobs: all }: ScaleResult): Section => ({
  title: 'Jobs over the full database, ms a run',
  words: true,
  rows: [
    ['job', 'nothing due', 'with work', 'what it did'],
    ...all.map(({ job, idle, due }) => [
      job,
      idle.ms.toFixed(0),
      due === null ? '' : due.ms.toFixed(0),
      JSON.stringify((due ?? idle).result),
    ]),
  ],
})

const examined = ({ jobs: all }: ScaleResult): Section => ({
  title: 'Statements of jobs that read more rows than a batch has',
  words: true,
  rows: [
    ['job', 'rows read', 'ms', 'statement and how MariaDB runs it'],
    ...all.flatMap(({ job, examined: found }) =>
      found.map(({ statement, rowsExamined, ms, explain }) => [
        job,
        String(rowsExamined),
        ms.toFixed(0),
        `${statement} — ${explain.join('; ')}`,
      ]),
    ),
  ],
})

function profileOf({ what, profile, events, cpuSeconds }: DrainResult): Section {
  const busyMs = profile.modules.reduce((sum, { selfMs }) => sum + selfMs, 0)
  const cpu = Object.entries(cpuSeconds)
    .filter(([, seconds]) => seconds !== null && seconds > 0)
    .map(([name, seconds]) => `${name} ${((seconds! * 1e6) / events).toFixed(0)}`)
  const idle = percent(profile.idleMs / (profile.seconds * 1_000))
  return {
    title: `What the ${what} does in the API's thread (idle ${idle} of ${profile.seconds.toFixed(0)} s); CPU µs an event: ${cpu.join(', ')}`,
    rows: [
      ['module', 'own', 'with Node'],
      ...profile.modules
        .slice(0, MODULES_SHOWN)
        .map(({ module, selfMs, withNodeMs }) => [module, percent(selfMs / busyMs), percent(withNodeMs / busyMs)]),
    ],
  }
}

const tables = ({ tables: all }: ScaleResult): Section => ({
  title: 'Tables',
  rows: [
    ['table', 'rows (estimate)', 'data MiB', 'index MiB'],
    ...all.map(({ table, rows, dataMiB, indexMiB }) => [table, rows, dataMiB, indexMiB].map(String)),
  ],
})
