/** One run of the chaos tool: clients and faults side by side, then all heals, then the audit. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionState } from '../../../shared/contracts/acquirer.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import type { VerifyReport } from '../../operate/verify/verify-system.ts'
import { noRetries } from '../client-answer.ts'
import { type LabOperator, signInOperators } from '../console/operators.ts'
import { auditSettled, type SettledAudit } from '../passing-days/audit-settled.ts'
import { PassingDays } from '../passing-days/passing-days.ts'
import { createRandom } from '../random.ts'
import { RECOVERY_DEADLINE_MS } from '../service-faults.ts'
import { audit, type Mismatch } from './auditor/audit.ts'
import type { Facts } from './auditor/facts.ts'
import { type DoneFault, makeFaults } from './faults.ts'
import { HEAL_MS_MAX, untilAllIsUp, untilNothingIsOpen } from './heal.ts'
import { Client, type Memory } from './load/client.ts'
import { type LoadResult, runLoad } from './load/load.ts'
import { merchants } from './merchants.ts'
import { factsOf, type PlantedOutcome, plantLies } from './plant.ts'
import type { Stage } from './stage.ts'

export interface ChaosRunOptions {
  seed: number
  /** How long faults are made. */
  lengthMs: number
  leaseMs: number
  /** Virtual days that pass meanwhile; 0: the clock stands. */
  days: number
  /** Heals by the sandbox clock instead of waiting for the jobs. */
  hurry: boolean
  /** After a clean audit: writes lies into the system, which the auditor must name. */
  plant: boolean
  say: (line: string) => void
}

export interface ChaosRunResult {
  load: LoadResult
  faults: DoneFault[]
  memory: Memory
  /** From the end of the last fault until everything was up, all clients had their answers and nothing was open. */
  healMs: number
  facts: Facts
  mismatches: (Mismatch | SettledMismatch)[]
  /** Null when no days passed. */
  settled: (SettledAudit & { days: number; approved: number }) | null
  /** What became of the operations that somebody was told are unknown. */
  unknown: Record<DecisionState | 'NEVER_BEGUN', number>
  verify: VerifyReport
  planted: PlantedOutcome[]
}

/** What the journals of acquirer and bank say otherwise than the books, after days that passed. */
export interface SettledMismatch {
  check: 'settled'
  what: string
}

/** Between two visits of clients. */
const INTERVAL_MS = 140
const SETTLE_MS = 60_000
/** Faults go on until the days have passed, at most so many times as long: a fault holds up the clock, too. */
const LONGER_MAX = 3
/** Until what was sold last is paid out and settled, over a weekend and a holiday. Fewer than keys are kept, with those before. */
const DAYS_AFTER = 8

/** Who works in the console. Sessions live in the database: the same ones hold until the end, whatever is killed. */
const consoleNames = { operators: ['chaos operator', '김민지'], viewer: 'chaos viewer' }
const signedIn = [
  ...consoleNames.operators.map(name => ({ name, role: 'operator' as const })),
  { name: consoleNames.viewer, role: 'viewer' as const },
]

type SayAt = (line: string) => void

/** Throws when a service does not come back, or something is still open when all should have healed. */
export async function chaosRun(stage: Stage, options: ChaosRunOptions): Promise<ChaosRunResult> {
  const days = options.days > 0 ? await PassingDays.begin({ ...stage, merchants }) : undefined
  const operators = await signInOperators(stage.system, stage.apiUrl, signedIn)
  const startedMs = performance.now()
  const sayAt = (line: string) =>
    options.say(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`)
  const memory: Memory = { told: [], inquiries: [], reads: [], unknownIds: new Set(), retries: noRetries() }
  const { faults, loading, passing } = await disturb(stage, options, { memory, operators, days, startedMs, sayAt })
  const healStartedMs = performance.now()
  await untilAllIsUp(stage)
  sayAt('everything is up')
  const [load] = await Promise.all([loading, passing, untilNothingIsOpen(stage, options.hurry)])
  await untilNothingIsOpen(stage, options.hurry)
  const healMs = performance.now() - healStartedMs
  sayAt('everything is decided and published')
  if (days) await payOut(stage, options, days, sayAt)
  const judged = await judge(stage, options, memory, days)
  sayAt('audited')
  return { load, faults, memory, healMs, ...judged }
}

interface Disturbing {
  memory: Memory
  operators: readonly LabOperator[]
  days: PassingDays | undefined
  startedMs: number
  sayAt: SayAt
}

/** Clients, faults and days side by side; resolves when the last fault is over. */
async function disturb(stage: Stage, options: ChaosRunOptions, disturbing: Disturbing) {
  const { memory, operators, days, startedMs, sayAt } = disturbing
  const { seed, lengthMs, leaseMs } = options
  const random = createRandom(seed)
  const deadlineMs = () => startedMs + LONGER_MAX * lengthMs + RECOVERY_DEADLINE_MS + HEAL_MS_MAX
  const sessions = new Map(operators.map(({ name, headers }) => [name, headers]))
  const client = new Client({ apiUrl: stage.apiUrl, memory, sessions, deadlineMs })
  const over = new AbortController()
  const isOver = () => over.signal.aborted
  const load = { client, console: consoleNames, name: `s${seed}`, intervalMs: INTERVAL_MS, isOver }
  const loading = runLoad({ ...load, random: random.fork() })
  const failing = makeFaults({ stage, random: random.fork(), leaseMs, signal: over.signal, say: sayAt })
  const passing =
    days?.pass(options.days, { lengthMs, disturbedMs: LONGER_MAX * lengthMs }, isOver) ?? Promise.resolve()
  const isEnough = Promise.all([sleep(lengthMs), passing])
  await Promise.race([isEnough, sleep(LONGER_MAX * lengthMs), failing, loading])
  over.abort()
  const faults = await failing
  sayAt('the last fault is over')
  return { faults, loading, passing }
}

async function payOut(stage: Stage, { hurry }: ChaosRunOptions, days: PassingDays, sayAt: SayAt): Promise<void> {
  await days.settle(DAYS_AFTER)
  sayAt(`${days.passed.toFixed(0)} days have passed, ${days.approved} payout files were approved`)
  await untilNothingIsOpen(stage, hurry)
}

async function judge(stage: Stage, { plant }: ChaosRunOptions, memory: Memory, days: PassingDays | undefined) {
  const report = await verify(stage.system, { ...defaultOptions, settleMs: SETTLE_MS })
  const facts = await factsOf(stage, memory)
  const settled = days ? await settledOf(stage, days) : null
  await days?.close()
  const differing = settled?.problems.map(what => ({ check: 'settled' as const, what })) ?? []
  const mismatches = [...audit(facts), ...differing]
  const planted = plant && mismatches.length === 0 ? await plantLies(stage, memory) : []
  return { facts, mismatches, settled, unknown: endsOf(facts, memory), verify: report, planted }
}

async function settledOf({ system: { databaseUrl }, acquirerUrl, bankUrl }: Stage, days: PassingDays) {
  const audited = await auditSettled({ databaseUrl, acquirerUrl, bankUrl }, await days.virtualNowMs())
  return { ...audited, days: days.passed, approved: days.approved }
}

function endsOf({ journal }: Facts, { unknownIds }: Memory): ChaosRunResult['unknown'] {
  const ends = { APPROVED: 0, DECLINED: 0, CANCELED: 0, NEVER_BEGUN: 0 }
  const states = new Map(
    journal.filter(entry => entry.type === 'decision').map(({ operationId, state }) => [operationId, state]),
  )
  // The time was over before the claim was written: there is no operation, and a repeat of the key makes another one.
  for (const operationId of unknownIds) ends[states.get(operationId) ?? 'NEVER_BEGUN']++
  return ends
}

/** Why a run must not count as passed; empty when it may. */
export function failuresOf({ mismatches, verify, load, facts, settled, planted }: ChaosRunResult): string[] {
  const broken = verify.results.filter(invariant => !invariant.ok).map(({ name }) => name)
  return [
    ...(mismatches.length > 0 ? [`${mismatches.length} mismatches`] : []),
    ...(broken.length > 0 ? [`invariants broken: ${broken.join(', ')}`] : []),
    ...(verify.pending > 0 ? [`${verify.pending} findings still pending`] : []),
    ...planted.flatMap(({ name, problem }) => (problem === null ? [] : [`planted: ${name}: ${problem}`])),
    ...(settled !== null && !settled.payouts.PAID ? ['nothing was paid out'] : []),
    ...(load.visits === 0 || facts.operations.length === 0 ? ['nothing was done'] : []),
    ...(facts.auditLog.length === 0 ? ['no operator did anything'] : []),
  ]
}
