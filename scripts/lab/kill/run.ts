/** One run of the kill tool: clients and faults side by side, then the audit. */
import { randomUUID } from 'node:crypto'
import type { Control } from '../../local/control.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import { openKafkaLog } from '../../operate/verify/kafka-log.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import { openSnapshot } from '../../operate/verify/snapshot.ts'
import type { VerifyReport } from '../../operate/verify/verify-system.ts'
import { noRetries, type RetryReason } from '../client-answer.ts'
import { disableOperators, signInOperators } from '../console/operators.ts'
import { auditSettled, type SettledAudit } from '../passing-days/audit-settled.ts'
import { PassingDays } from '../passing-days/passing-days.ts'
import { createRandom, type Random } from '../random.ts'
import { audit, type KafkaFacts, kafkaFactsOf } from './audit.ts'
import { type ClientOptions, runFlow, sendTo, type Transcript } from './client.ts'
import { type Actors, drawFlow } from './flow.ts'
import { InFlight } from './in-flight.ts'
import { auditOperators, type OperatorAudit } from './operator-asks.ts'
import { replayAll } from './replay.ts'
import { type Fault, type FaultOutcome, faultRounds, NO_ANSWER, type Victim, wordsOf } from './rounds.ts'

export interface KillRunOptions {
  seed: number
  /** What to do to whom, one after the other. */
  faults: (random: Random) => Fault[]
  /** Clients go on until at least so many payments were begun. */
  paymentsMin: number
  /** Virtual days that pass meanwhile, and as many as it takes to pay out what was sold; 0: the clock stands. */
  days: number
  say: (line: string) => void
}

export interface KillRunResult {
  merchantId: string
  faults: FaultOutcome[]
  payments: number
  answers: number
  retries: Record<RetryReason, number>
  /** Everything that differs between what clients were told, the database, Kafka, the ledger and the audit log. */
  mismatches: string[]
  operators: Omit<OperatorAudit, 'problems'>
  /** Records in Kafka beyond the first of each event; allowed. */
  duplicates: number
  /** Null when no days passed. */
  settled: SettledAudit | null
  verify: VerifyReport
}

const CLIENTS = 8
/** Between two calls of one client. */
const PAUSE_MS_MAX = 80
const CALL_DEADLINE_MS = 180_000
const SETTLE_MS = 180_000
/** Until what was sold last is paid out and on a statement, over a weekend. Holds live for seven days, with those before. */
const DAYS_AFTER = 4
/** A day passes in about so much real time, while faults are made. */
const DAY_TAKES_MS = 15_000
/** A fault with the time after it in which nothing is broken. */
const ROUND_MS_MAX = 60_000

/** Throws when a service does not come back or the database or Kafka cannot be read afterwards. */
export async function killRun(system: FoundSystem, control: Control, options: KillRunOptions): Promise<KillRunResult> {
  const merchantId = `kill-${options.seed}-${randomUUID().slice(0, 8)}`
  const days = options.days > 0 ? await beginDays(system, merchantId) : undefined
  const wanted = [1, 2].map(number => ({ name: `${merchantId} ${number}`, role: 'operator' as const }))
  const operators = await signInOperators(system, system.apiUrl, wanted)
  try {
    return await runAs({ merchantId, operators }, system, control, days, options)
  } finally {
    // The system may be somebody's, and goes on. Where it does not come back, that is what has to be said.
    const names = wanted.map(({ name }) => name)
    await disableOperators(system, names).catch(({ message }) =>
      options.say(`the operators of the run stay: ${message}`),
    )
  }
}

async function runAs(
  actors: Actors,
  system: FoundSystem,
  control: Control,
  days: PassingDays | undefined,
  options: KillRunOptions,
): Promise<KillRunResult> {
  const random = createRandom(options.seed)
  const inFlight = new InFlight()
  const retries = noRetries()
  const client = { send: sendTo(system.apiUrl), inFlight, random: random.fork(), deadlineMs: CALL_DEADLINE_MS, retries }
  const plan = options.faults(random)
  const onFault = (outcome: FaultOutcome) => options.say(faultLine(outcome, plan.length))
  const faultsEnd = faultRounds({ control, apiUrl: system.apiUrl, inFlight, random: random.fork(), onFault }, plan)
  const [faults, transcripts] = await Promise.all([
    faultsEnd,
    runClients(client, actors, options.paymentsMin, faultsEnd),
    days?.pass(
      options.days,
      { lengthMs: options.days * DAY_TAKES_MS, disturbedMs: plan.length * ROUND_MS_MAX },
      () => false,
    ),
  ])
  await days?.settle(DAYS_AFTER)
  options.say('clients are done; waiting until everything has settled')
  const report = await verify(system, { ...defaultOptions, settleMs: SETTLE_MS })
  const settled = days ? await settledOf(system, days) : null
  options.say('repeating every key once more')
  const replayed = await replayAll(client, transcripts)
  const { merchantId } = actors
  const { mismatches, kafka } = await auditRun(system, merchantId, transcripts)
  const { problems: unlogged, ...asked } = await auditOperators(system, actors, transcripts)
  return {
    merchantId,
    faults,
    payments: transcripts.filter(({ paymentId }) => paymentId !== null).length,
    answers: transcripts.flatMap(({ told }) => told).filter(({ answer }) => answer !== null).length,
    retries,
    mismatches: [...mismatches, ...unlogged, ...replayed, ...(settled?.problems ?? [])],
    operators: asked,
    settled,
    duplicates: kafka.records - kafka.distinct,
    verify: report,
  }
}

function beginDays(system: FoundSystem, merchantId: string): Promise<PassingDays> {
  const merchants = ['KRW', 'USD', 'JPY'].map(currency => ({ merchantId, currency, terms: { delayDays: 0 } }))
  return PassingDays.begin({ system, apiUrl: system.apiUrl, merchants })
}

async function settledOf({ databaseUrl, config }: FoundSystem, days: PassingDays): Promise<SettledAudit> {
  const { acquirerUrl, bankUrl } = config
  const audited = await auditSettled({ databaseUrl, acquirerUrl, bankUrl }, await days.virtualNowMs())
  await days.close()
  return audited
}

const faultLine = ({ round, fault, inFlight, cutOff, recoveryMs }: FaultOutcome, rounds: number): string =>
  `round ${String(round).padStart(String(rounds).length)}/${rounds}  ${wordsOf(fault).padEnd(24)} with ${inFlight} requests in flight ` +
  `(${cutOff} cut off), everything up again after ${(recoveryMs / 1_000).toFixed(1)} s`

/** Eight clients begin flow after flow until the last fault is over, and then finish what they began. */
async function runClients(
  options: ClientOptions,
  actors: Actors,
  paymentsMin: number,
  faultsEnd: Promise<unknown>,
): Promise<Transcript[]> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  faultsEnd.then(over, over)
  const transcripts: Transcript[] = []
  let begun = 0
  const work = async () => {
    while (!isOver || begun < paymentsMin) {
      const flow = drawFlow(options.random, actors, begun++)
      transcripts.push(await runFlow(options, flow, PAUSE_MS_MAX))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, work))
  return transcripts
}

async function auditRun(
  system: FoundSystem,
  merchantId: string,
  transcripts: Transcript[],
): Promise<{ mismatches: string[]; kafka: KafkaFacts }> {
  const log = await openKafkaLog(system)
  try {
    const snapshot = await openSnapshot(system.databaseUrl)
    try {
      const kafka = await kafkaFactsOf(log, merchantId)
      return { mismatches: await audit(transcripts, merchantId, snapshot, kafka), kafka }
    } finally {
      await snapshot.close()
    }
  } finally {
    await log.close()
  }
}

/** Why a run must not count as passed; empty when it may. */
export function failuresOf(result: KillRunResult): string[] {
  const broken = result.verify.results.filter(invariant => !invariant.ok).map(({ name }) => name)
  return [
    ...(result.mismatches.length > 0 ? [`${result.mismatches.length} mismatches`] : []),
    ...(broken.length > 0 ? [`invariants broken: ${broken.join(', ')}`] : []),
    ...(result.verify.pending > 0 ? [`${result.verify.pending} findings still pending`] : []),
    ...result.faults
      .filter(({ inFlight }) => inFlight === 0)
      .map(({ round }) => `round ${round}: no request was in flight`),
    ...result.faults.flatMap(readinessProblem),
    ...(result.settled !== null && !result.settled.payouts.PAID ? ['nothing was paid out'] : []),
    ...(result.payments === 0 ? ['nothing was done'] : []),
    ...(result.operators.entries === 0 ? ['no operator did anything'] : []),
  ]
}

/** What `/health/ready` must say of a service that stands still. */
const readyDuring: Record<Victim, string> = {
  kafka: 'degraded',
  mariadb: 'down',
  redis: 'degraded',
  api: NO_ANSWER,
}

function readinessProblem({ round, fault, readyWhilePaused }: FaultOutcome): string[] {
  if (fault.kind === 'kill' || readyWhilePaused === readyDuring[fault.victim]) return []
  return [`round ${round}: /health/ready said ${readyWhilePaused} while ${fault.victim} was paused`]
}
