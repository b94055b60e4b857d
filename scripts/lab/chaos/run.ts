/** One run of the chaos tool: clients and faults side by side, then all heals, then the audit. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionState } from '../../../shared/contracts/acquirer.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import type { VerifyReport } from '../../operate/verify/verify-system.ts'
import { noRetries } from '../client-answer.ts'
import { createRandom } from '../random.ts'
import { RECOVERY_DEADLINE_MS } from '../service-faults.ts'
import { audit, type Mismatch } from './auditor/audit.ts'
import type { Facts } from './auditor/facts.ts'
import { type Fault, makeFaults } from './faults.ts'
import { HEAL_MS_MAX, untilAllIsUp, untilNothingIsOpen } from './heal.ts'
import { Client, type Memory } from './load/client.ts'
import { type LoadResult, runLoad } from './load/load.ts'
import { factsOf, type PlantedOutcome, plantLies } from './plant.ts'
import type { Stage } from './stage.ts'

export interface ChaosRunOptions {
  seed: number
  /** How long faults are made. */
  lengthMs: number
  leaseMs: number
  /** Heals by the sandbox clock instead of waiting for the jobs. */
  hurry: boolean
  /** After a clean audit: writes lies into the system, which the auditor must name. */
  plant: boolean
  say: (line: string) => void
}

export interface ChaosRunResult {
  load: LoadResult
  faults: Fault[]
  memory: Memory
  /** From the end of the last fault until everything was up, all clients had their answers and nothing was open. */
  healMs: number
  facts: Facts
  mismatches: Mismatch[]
  /** What became of the operations that somebody was told are unknown. */
  unknown: Record<DecisionState | 'NEVER_BEGUN', number>
  verify: VerifyReport
  planted: PlantedOutcome[]
}

/** Between two visits of clients. */
const INTERVAL_MS = 140
const SETTLE_MS = 60_000

/** Throws when a service does not come back, or something is still open when all should have healed. */
export async function chaosRun(stage: Stage, options: ChaosRunOptions): Promise<ChaosRunResult> {
  const { seed, leaseMs, hurry, say } = options
  const random = createRandom(seed)
  const startedMs = performance.now()
  const sayAt = (line: string) => say(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`)
  const memory: Memory = { told: [], reads: [], unknownIds: new Set(), retries: noRetries() }
  const deadlineMs = () => startedMs + options.lengthMs + RECOVERY_DEADLINE_MS + HEAL_MS_MAX
  const client = new Client({ apiUrl: stage.apiUrl, memory, deadlineMs })
  const over = new AbortController()
  const isOver = () => over.signal.aborted
  const loading = runLoad({ client, random: random.fork(), name: `s${seed}`, intervalMs: INTERVAL_MS, isOver })
  const failing = makeFaults({ stage, random: random.fork(), leaseMs, signal: over.signal, say: sayAt })
  await Promise.race([sleep(options.lengthMs), failing, loading])
  over.abort()
  const faults = await failing
  sayAt('the last fault is over')
  const healStartedMs = performance.now()
  await untilAllIsUp(stage)
  sayAt('everything is up')
  const [load] = await Promise.all([loading, untilNothingIsOpen(stage, hurry)])
  await untilNothingIsOpen(stage, hurry)
  const healMs = performance.now() - healStartedMs
  sayAt('everything is decided and published')
  const report = await verify(stage.system, { ...defaultOptions, settleMs: SETTLE_MS })
  const facts = await factsOf(stage, memory)
  const mismatches = audit(facts)
  const planted = options.plant && mismatches.length === 0 ? await plantLies(stage, memory) : []
  sayAt('audited')
  return { load, faults, memory, healMs, facts, mismatches, unknown: endsOf(facts, memory), verify: report, planted }
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
export function failuresOf({ mismatches, verify, load, facts, planted }: ChaosRunResult): string[] {
  const broken = verify.results.filter(invariant => !invariant.ok).map(({ name }) => name)
  return [
    ...(mismatches.length > 0 ? [`${mismatches.length} mismatches`] : []),
    ...(broken.length > 0 ? [`invariants broken: ${broken.join(', ')}`] : []),
    ...(verify.pending > 0 ? [`${verify.pending} findings still pending`] : []),
    ...planted.flatMap(({ name, problem }) => (problem === null ? [] : [`planted: ${name}: ${problem}`])),
    ...(load.visits === 0 || facts.operations.length === 0 ? ['nothing was done'] : []),
  ]
}
