/** Wires the ports to MariaDB, Kafka, Redis and the environment. Nothing is read or opened until a port is first used. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { Circuit } from '../acquirer/circuit.ts'
import { HttpAcquirer } from '../acquirer/http-acquirer.ts'
import { HttpSettlementFiles } from '../acquirer/http-settlement-files.ts'
import { InProcessAcquirer } from '../acquirer/in-process-acquirer.ts'
import { PooledRequests } from '../acquirer/pooled-requests.ts'
import { ServiceClock } from '../acquirer/service-clock.ts'
import { HttpBank } from '../bank/http-bank.ts'
import { HttpStatements } from '../bank/http-statements.ts'
import { HttpTransfers, noTransfers } from '../bank/own-transfers.ts'
import { pain001 } from '../bank/pain-001.ts'
import type { OwnTransfers } from '../books/ports.ts'
import { IncarnationCheck } from '../cache/incarnation-check.ts'
import { RedisRateLimits } from '../cache/rate-limits.ts'
import { createRedis, pingRedis, RedisResponseCache } from '../cache/response-cache.ts'
import { LocalSignInTries } from '../cache/sign-in-tries.ts'
import type { RouteClass } from '../contracts/limits.ts'
import type { ReconSourceKind } from '../contracts/lists.ts'
import { consumerGroups } from '../contracts/topics.ts'
import { traceIdIn } from '../contracts/traceparent.ts'
import { Admission } from '../http/admission.ts'
import { type ArrivingRequest, type OperatorAccess, passageOf, type RequestObserver } from '../http/index.ts'
import { beginSnapshot, DatabaseReader } from '../invariants/database-reader.ts'
import { KafkaConsumerOffsets } from '../messaging/consumer-offsets.ts'
import { KafkaDeadLetters } from '../messaging/dead-letters.ts'
import { KafkaDoorbell } from '../messaging/doorbell.ts'
import { KafkaEventPublisher } from '../messaging/event-publisher.ts'
import { type KafkaConnections, LazyAdmin, LazyProducer, openKafka } from '../messaging/kafka-client.ts'
import { KafkaLetterSender } from '../messaging/letter-sender.ts'
import { KafkaTopicSizes } from '../messaging/topic-sizes.ts'
import { TopicStates } from '../messaging/topic-states.ts'
import { leaseTimes } from '../payments/operation.ts'
import type {
  Acquirer,
  Alarms,
  Clock,
  Doorbell,
  FollowingClock,
  OutboxRow,
  SeparateTransactions,
  Tracer,
  Transactions,
} from '../payments/ports.ts'
import { idIn } from '../payments/record-id.ts'
import { noTracer } from '../payments/traced.ts'
import { diskFiles } from '../recon-files/disk-files.ts'
import { readers } from '../recon-files/readers.ts'
import { temporaryFiles } from '../recon-files/temporary-files.ts'
import { ageBatchesAndPayouts } from '../reconciliation/age-bank.ts'
import type { AgingStep } from '../reconciliation/age-breaks.ts'
import type { MatchChunk } from '../reconciliation/chunk.ts'
import { reconJobs } from '../reconciliation/due-jobs.ts'
import { matchAcquirerChunk } from '../reconciliation/match-acquirer.ts'
import { matchBankChunk } from '../reconciliation/match-bank.ts'
import type { LatePass } from '../reconciliation/match-files.ts'
import { pacedTransactions } from '../reconciliation/paced-transactions.ts'
import type { ReconAlarms, SettlementFiles, Statements } from '../reconciliation/ports.ts'
import { resolveLate } from '../reconciliation/resolve-late.ts'
import { resolveLateBatches } from '../reconciliation/resolve-late-batches.ts'
import { writeOffSmall } from '../reconciliation/write-off-breaks.ts'
import { settlementJobs } from '../settlement/due-jobs.ts'
import type { Bank, PayoutAlarms, SettlementAlarms, VerifyStarter } from '../settlement/ports.ts'
import { AuditLogTable } from '../stores/audit-log.ts'
import { Database } from '../stores/database.ts'
import { IncarnationTable } from '../stores/incarnation.ts'
import { SandboxClockTable } from '../stores/sandbox-clock.ts'
import { TransactionGroups } from '../stores/transaction-groups.ts'
import { circuitProblems, reportCall, reportCircuit } from './acquirer-report.ts'
import { calendarProblems } from './calendar-report.ts'
import { monotonicClock, systemClock } from './clock.ts'
import { type Config, configFrom, IN_PROCESS_ACQUIRER, NO_BANK } from './config.ts'
import { countAnswer, countingObserver, countingSettlementObserver } from './counters.ts'
import { DataDisk } from './data-disk.ts'
import { defaultsProblems } from './defaults-report.ts'
import { deliveryProblems, topicProblems } from './delivery-report.ts'
import { EmbeddedMetrics } from './embedded-metrics.ts'
import { checkReadiness, type ReadinessProblem } from './health.ts'
import { createIds } from './ids.ts'
import { createLog, type Logger, metricsOutput } from './log.ts'
import { createMetrics } from './metrics.ts'
import { consoleSecrets, operatorTokens } from './operator-tokens.ts'
import { unknownProblems } from './outcome-report.ts'
import { payoutAlarms } from './payout-report.ts'
import { ProcessClock } from './process-clock.ts'
import { guardProcess } from './process-guard.ts'
import { publishTraced } from './publish-traced.ts'
import { RecentTroubles } from './recent-troubles.ts'
import { reconAlarms } from './recon-report.ts'
import { TablePorts } from './table-ports.ts'
import { createTracer } from './tracing.ts'
import { verifyStarterAt } from './verify-starter.ts'

export type { Logger }

/** A Lambda freezes after its answer, so it waits a little for the doorbell; an offline process does not freeze. */
const DOORBELL_WAIT_MS_MAX = 25
/** How long an answer waits for its recorded spans to leave, for the same reason. */
const FLUSH_MS_MAX = 100
/** The doorbell's pause after a send. A busy process waits so long; each merged ring saves a request, a relay run and a commit. */
const DOORBELL_REST_MS = 50
/** Jobs ask about eight payouts at once. */
const BANK_CONNECTIONS = 8
/** How long readiness waits for the database's own problems. Less than its limit for all problems. */
const DATABASE_ANSWER_MS = 1_000

/** The ports of this process: one pool, one producer, one Redis client, whichever functions ask. */
export const portsFromEnv = (): Ports => {
  shared ??= guarded(new Ports(() => configFrom(process.env)))
  return shared
}

/** The runner of this machine (deploy/stages/offline-http.ts) loads its modules beside ours, and finds the gate by this name. */
const GATE = Symbol.for('payment-backend.gate')

function guarded(ports: Ports): Ports {
  Object.assign(globalThis, { [GATE]: (request: ArrivingRequest) => passageOrNone(ports, request) })
  guardProcess(process, reason => {
    ports.metrics.unhandledRejections.inc()
    ports.log.error({ err: reason }, 'unhandled rejection')
  })
  return ports
}

/** Never throws: without a valid configuration there is no gate, and the route answers that error. */
function passageOrNone(ports: Ports, request: ArrivingRequest) {
  try {
    return passageOf(ports, request)
  } catch {
    return undefined
  }
}

/** Works without a valid configuration, too, because that error must be logged. */
function logFor(readConfig: () => Config): Logger {
  try {
    const { logLevel, offline } = readConfig()
    return createLog(logLevel, { freezes: !offline })
  } catch {
    return createLog('info', { freezes: true })
  }
}

let shared: Ports | undefined

export class Ports extends TablePorts {
  readonly monotonic = monotonicClock
  readonly #readConfig: () => Config

  constructor(readConfig: () => Config, made: Map<string, unknown> = new Map()) {
    super(made)
    this.#readConfig = readConfig
  }

  get config(): Config {
    return this.once('config', this.#readConfig)
  }

  /** Outside the sandbox both times are the same, and nothing is read. */
  get clock(): Clock {
    return this.processClock ?? systemClock
  }

  /** Undefined outside the sandbox. */
  get processClock(): ProcessClock | undefined {
    return this.once('processClock', () => {
      if (!this.config.offline) return undefined
      const shared = new SandboxClockTable(this.database)
      return new ProcessClock({ shared, real: systemClock, monotonic: this.monotonic })
    })
  }

  get log(): Logger {
    return this.once('log', () => logFor(this.#readConfig))
  }

  get metrics() {
    return this.once('metrics', () =>
      createMetrics({
        // Nobody could scrape them.
        ofProcess: !this.#printsMetrics,
        // A port that nobody has used has no pool, and a scrape must not open one.
        pools: {
          database: () => (this.made.get('database') as Database | undefined)?.use,
          acquirer: () => (this.made.get('acquirer') as Partial<HttpAcquirer> | undefined)?.use,
        },
        admission: () => this.made.get('admission') as Record<RouteClass, Admission> | undefined,
      }),
    )
  }

  /** Undefined where metrics are scraped. */
  get embeddedMetrics(): EmbeddedMetrics | undefined {
    if (!this.#printsMetrics) return undefined
    return this.once('embeddedMetrics', () => {
      const output = metricsOutput()
      return new EmbeddedMetrics({
        metrics: this.metrics,
        namespace: this.config.metricsNamespace,
        nowMs: systemClock.nowMs,
        write: lines => output.write(lines),
      })
    })
  }

  /** Without a valid configuration, too, because that error must be answered. */
  get #printsMetrics(): boolean {
    try {
      return this.config.metricsFormat === 'emf'
    } catch {
      return false
    }
  }

  /** Without a valid configuration nothing is traced: a tracer is asked for before anything can answer that error. */
  get tracer(): Tracer {
    return this.once('tracer', () => {
      try {
        const { tracing, offline } = this.config
        return createTracer(tracing, {
          flushMsMax: offline ? 0 : FLUSH_MS_MAX,
          onFailed: error => this.log.warn({ err: error }, 'traces cannot be sent to their collector, and are lost'),
          onRecovered: () => this.log.info('traces are sent to their collector again'),
        })
      } catch {
        return noTracer
      }
    })
  }

  get ids() {
    return this.once('ids', () => createIds(systemClock.nowMs))
  }

  get requestIds() {
    return { next: () => this.ids.request() }
  }

  get requests(): RequestObserver {
    return this.once('requests', () => ({
      answered: answer => {
        countAnswer(this.metrics, answer)
        const { route, statusCode, durationMs, requestId, paymentId } = answer
        const roundedMs = Math.round(durationMs * 10) / 10
        const traceId = traceIdIn(answer.traceparent)
        this.log.info({ route, statusCode, durationMs: roundedMs, requestId, paymentId, traceId }, 'answered')
      },
      refused: routeClass => this.metrics.httpRefused.inc({ class: routeClass }),
      ended: () => this.embeddedMetrics?.print(),
    }))
  }

  /** An authorizer stands before the deployed routes, and none before those of this machine. */
  get callerIs() {
    return this.config.offline ? ('merchant' as const) : ('principal' as const)
  }

  /** More mutations than connections to the acquirer would only wait there, and more reads than those to the database likewise. */
  get admission() {
    return this.once('admission', () => {
      const { acquirerConnectionsMax, databaseConnectionsMax, requestsWaitingMax: waitingMax } = this.config
      const nowMs = () => this.monotonic.nowMs()
      return {
        mutations: new Admission({ inWorkMax: acquirerConnectionsMax, waitingMax, nowMs }),
        reads: new Admission({ inWorkMax: databaseConnectionsMax, waitingMax, nowMs }),
      }
    })
  }

  get limiter() {
    return this.once(
      'limiter',
      () =>
        new RedisRateLimits({
          redis: () => this.#redis,
          limits: this.config.rateLimits,
          nowMs: () => this.monotonic.nowMs(),
          onFailure: error => this.#failed('cacheFailures', 'cache did not answer', error),
          onLocal: routeClass => this.metrics.rateLimitsLocal.inc({ class: routeClass }),
          onRefused: (routeClass, limit) => this.metrics.rateLimited.inc({ class: routeClass, limit }),
        }),
    )
  }

  /** Of what was done, for counters. */
  get observer() {
    return this.once('observer', () => countingObserver(this.metrics))
  }

  get policy() {
    return this.once('policy', () => {
      const { leaseMs, captureWindowMs, captureWindowMsByMethod, inquiryBackoffMs, answersKeptMs } = this.config
      const { feeBasisPoints, feeFixedMinor } = this.config
      return {
        leaseMs,
        captureWindowMs,
        captureWindowMsByMethod,
        inquiryBackoffMs,
        answersKeptMs,
        fees: { basisPoints: feeBasisPoints, fixedMinor: feeFixedMinor },
      }
    })
  }

  /** The age at which jobs archive events and prune answers. */
  get retention() {
    return { outboxMs: this.config.outboxArchiveAfterMs, answersMs: this.config.answersKeptMs }
  }

  get duplicates() {
    return this.config.duplicatePolicy
  }

  /** For works that wait for nothing but their statements. */
  get transactions(): Transactions {
    return this.once('transactions', () =>
      this.config.groupTransactions ? new TransactionGroups(this.database, this.tracer) : this.database,
    )
  }

  /** The same ports for functions that work on batches: their transactions are separate, also where those of the API are grouped. */
  get forBatches(): BatchPorts {
    return this.once('forBatches', () => new BatchPorts(this.#readConfig, this.made))
  }

  /** As `forBatches`, for functions that are not told where Kafka is when they are deployed. */
  get forSettlement(): BatchPorts {
    return this.once('forSettlement', () => new SettlementPorts(this.#readConfig, this.made))
  }

  /** As `forSettlement`, for those who read and match files: they rest between their transactions. */
  get forFiles(): FilePorts {
    return this.once('forFiles', () => new FilePorts(this.#readConfig, this.made))
  }

  override get database(): Database {
    return this.once(
      'database',
      () =>
        new Database({
          url: this.config.databaseUrl,
          connectionsMax: this.config.databaseConnectionsMax,
          onTrouble: trouble => this.#troubles.saw(trouble),
          onConnectionChange: () => this.incarnationCheck.connectionChanged(),
        }),
    )
  }

  get settlementDefaults() {
    return this.config.settlementDefaults
  }

  get settlementObserver() {
    return this.once('settlementObserver', () => countingSettlementObserver(this.metrics))
  }

  get settlementAlarms(): SettlementAlarms {
    return this.once('settlementAlarms', () => ({
      withoutDueDate: ({ eventId, merchantId, periodEnd }, calendar) => {
        this.metrics.settlementUndated.inc()
        const fields = { eventId, merchantId, periodEnd, calendar }
        this.log.error(fields, 'the calendar does not say when this is due; see npm run settle -- calendar')
      },
    }))
  }

  /** Undefined where no starter runs the API: what is asked for would wait for nobody. */
  get verifyStarter(): VerifyStarter | undefined {
    const { controlSocket } = this.config
    return controlSocket === undefined ? undefined : verifyStarterAt(controlSocket)
  }

  get readers() {
    return readers
  }

  get diskFiles() {
    return diskFiles
  }

  get temporaryFiles() {
    return temporaryFiles
  }

  get settlementFiles(): SettlementFiles | undefined {
    const { acquirerUrl: url } = this.config
    return url === IN_PROCESS_ACQUIRER ? undefined : this.once('settlementFiles', () => new HttpSettlementFiles(url))
  }

  get statements(): Statements | undefined {
    const { bankUrl: url } = this.config
    return url === NO_BANK ? undefined : this.once('statements', () => new HttpStatements(url))
  }

  get reconAlarms(): ReconAlarms {
    return this.once('reconAlarms', () => reconAlarms(this))
  }

  get matchers(): Partial<Record<ReconSourceKind, MatchChunk>> {
    return this.once('matchers', () => ({
      acquirer: matchAcquirerChunk(this.forSettlement),
      bank: matchBankChunk(this.forSettlement),
    }))
  }

  get latePasses(): readonly LatePass[] {
    const ports = this.forSettlement
    return [deadlineMs => resolveLate(ports, deadlineMs), deadlineMs => resolveLateBatches(ports, deadlineMs)]
  }

  get agingSteps(): readonly AgingStep[] {
    const ports = this.forSettlement
    return [
      async deadlineMs => {
        const { batches, payouts } = await ageBatchesAndPayouts(ports, deadlineMs)
        return batches + payouts
      },
      async deadlineMs => (await writeOffSmall(ports, deadlineMs)).writtenOff,
    ]
  }

  get fileFormat() {
    return pain001
  }

  get payoutAlarms(): PayoutAlarms {
    return this.once('payoutAlarms', () => payoutAlarms(this))
  }

  /** Says nothing where there is none, so that nothing is paid out and nothing fails. */
  get bank(): Bank {
    return this.once('bank', () => {
      const { bankUrl: url, acquirerTimeoutMs: timeoutMs } = this.config
      if (url === NO_BANK) return silentBank
      return new HttpBank({
        requests: new PooledRequests({ url, connectionsMax: BANK_CONNECTIONS }),
        timeoutMs,
        onUnclear: (call, subjectId, detail) =>
          this.log.warn({ call, subjectId, detail }, 'the bank gave no clear answer, and is asked again'),
      })
    })
  }

  /** For tools: each opens a connection of its own. */
  get ownTransfers(): OwnTransfers {
    const { bankUrl: url, acquirerTimeoutMs: timeoutMs } = this.config
    if (url === NO_BANK) return noTransfers
    return new HttpTransfers({ requests: new PooledRequests({ url, connectionsMax: 1 }), timeoutMs })
  }

  /** What of settlement and reconciliation the sandbox clock waits for. */
  get dueJobs() {
    return this.once('dueJobs', () => [...settlementJobs(this.forSettlement), ...reconJobs(this.forSettlement)])
  }

  get offsets() {
    return this.once('offsets', () => new KafkaConsumerOffsets(this.#admin, consumerGroups))
  }

  get topicSizes() {
    return this.once('topicSizes', () => new KafkaTopicSizes(this.#admin))
  }

  get operatorTokens() {
    return operatorTokens
  }

  get consoleSecrets() {
    return consoleSecrets
  }

  get signInTries() {
    return this.once('signInTries', () => new LocalSignInTries(() => this.monotonic.nowMs()))
  }

  /** By the configuration alone: what a request says of its authorizer can be made up on this machine. */
  get operatorAccess(): OperatorAccess {
    const { offline, operatorOrigins: origins, operatorClaims } = this.config
    if (offline) return { kind: 'sessions', origins }
    return operatorClaims === undefined ? { kind: 'closed' } : { kind: 'claims', ...operatorClaims }
  }

  get auditLog() {
    return this.once('auditLog', () => new AuditLogTable(this.database, systemClock.nowMs))
  }

  /** What the invariants judge: the database as of one moment. */
  get snapshots() {
    return this.once('snapshots', () => ({
      read: <T>(work: (database: DatabaseReader) => Promise<T>): Promise<T> =>
        this.database.onOneConnection(async query => {
          await beginSnapshot(query)
          return work(new DatabaseReader(query))
        }),
    }))
  }

  /** All of the sandbox that has a virtual clock of its own. */
  get followingClocks(): readonly FollowingClock[] {
    return this.once('followingClocks', () => {
      const { acquirerUrl, bankUrl } = this.config
      return [
        ...(acquirerUrl === IN_PROCESS_ACQUIRER ? [] : [new ServiceClock('the acquirer', acquirerUrl)]),
        ...(bankUrl === NO_BANK ? [] : [new ServiceClock('the bank', bankUrl)]),
      ]
    })
  }

  get acquirer(): Acquirer & { ping(): Promise<void> } {
    return this.once('acquirer', () => {
      const { acquirerUrl: url, acquirerConnectionsMax: connectionsMax, acquirerTimeoutMs: timeoutMs } = this.config
      if (url === IN_PROCESS_ACQUIRER) return new InProcessAcquirer({ timeoutMs })
      return new HttpAcquirer({
        url,
        connectionsMax,
        timeoutMs,
        circuit: this.#acquirerCircuit,
        nowMs: () => this.monotonic.nowMs(),
        tracer: this.tracer,
        onCalled: report => reportCall(this, report),
        onRetried: () => this.metrics.acquirerRetries.inc(),
      })
    })
  }

  get doorbell(): Doorbell {
    return this.once('doorbell', () => {
      const waitMsMax = this.config.offline ? 0 : DOORBELL_WAIT_MS_MAX
      return new KafkaDoorbell({
        producer: this.#producer('doorbell'),
        topics: this.#topics,
        waitMsMax,
        restMs: this.config.offline ? DOORBELL_REST_MS : 0,
        onFailure: error => this.#failed('doorbellFailures', 'doorbell not taken', error),
      })
    })
  }

  get publisher() {
    return this.once('publisher', () => {
      const publisher = new KafkaEventPublisher(this.#producer('events'), this.#topics)
      return {
        publish: async (rows: readonly OutboxRow[]) => {
          const published = await publishTraced(this.tracer, publisher, rows)
          // One line a send: at two thousand events a second a line for each would cost as much as the answers'.
          if (published.length > 0) this.log.info({ events: published.map(labelOf) }, 'published')
          return published
        },
        restingTopics: () => publisher.restingTopics(),
      }
    })
  }

  get deadLetters() {
    return this.once(
      'deadLetters',
      () => new KafkaDeadLetters(this.#producer('deadLetters'), this.#topics, systemClock),
    )
  }

  get letterSender() {
    return this.once(
      'letterSender',
      () => new KafkaLetterSender(() => new LazyProducer(() => this.#openKafka()), this.#producer('letterNotes')),
    )
  }

  get responses() {
    return this.once(
      'responses',
      () =>
        new RedisResponseCache({
          redis: () => this.#redis,
          check: this.incarnationCheck,
          limits: this.limiter,
          onFailure: error => this.#failed('cacheFailures', 'cache did not answer', error),
          onRead: result => this.metrics.cacheReads.inc({ result }),
        }),
    )
  }

  get incarnationCheck() {
    return this.once('incarnationCheck', () => {
      const table = new IncarnationTable(this.database)
      return new IncarnationCheck({
        redis: () => this.#redis,
        store: {
          incarnation: () => table.read(),
          replaceIncarnation: async from => {
            const made = randomUUID()
            return (await table.replace(from, made)) ? made : undefined
          },
          answerChecksums: operationIds => table.answerChecksums(operationIds),
        },
        nowMs: systemClock.nowMs,
        onFailure: error => this.#failed('cacheFailures', 'cache did not answer', error),
        onNewIncarnation: unknown => {
          const found = { operationCount: unknown.length, newest: unknown.at(-1) }
          if (unknown.length === 0) this.log.info('Redis begins anew: a new incarnation')
          else this.log.error(found, 'Redis knew operations that the database does not hold: was it restored?')
        },
      })
    })
  }

  get alarms(): Alarms {
    return this.once('alarms', () => ({
      ledgerEntryRepaired: (eventId, paymentId) => {
        this.metrics.ledgerRepaired.inc()
        this.log.error({ eventId, paymentId }, 'a ledger entry was missing and has been written from its event')
      },
      deadLettered: ({ topic, partition, offset, key }, reason) => {
        this.metrics.deadLetters.inc()
        this.log.error({ topic, partition, offset, paymentId: idIn(key), reason }, 'record moved to payment.dlq')
      },
      outboxRowParked: (eventId, error, paymentId) => {
        this.metrics.outboxParked.inc()
        this.log.error({ eventId, paymentId, error }, 'outbox row parked; see npm run outbox')
      },
      settlementContradicted: ({ operationId, paymentId, outcome, who }, decision) => {
        this.metrics.settlementsContradicted.inc()
        const fields = { operationId, paymentId, outcome, who, decision }
        this.log.error(fields, 'the acquirer decided the contrary of what a person had settled; see npm run unknown')
      },
    }))
  }

  /** Asks all dependencies, and collects what else is wrong; never throws. */
  readiness() {
    const database = Promise.try(() => this.database.select('SELECT 1', []))
    const probes = {
      mariadb: () => database,
      kafka: () => this.#admin.ask(admin => admin.describeCluster()),
      redis: () => pingRedis(this.#redis),
      acquirer: () => this.acquirer.ping(),
    }
    return checkReadiness(probes, () => this.#problems(database))
  }

  async #problems(database: Promise<unknown>): Promise<ReadinessProblem[]> {
    const asked = Promise.all([
      this.#deliveryProblems(),
      this.#unknownProblems(),
      this.#calendarProblems(),
      this.#defaultsProblems(),
      database,
    ])
    const inDatabase = asked.then(([delivery, unknown, calendar, defaults]) => [
      ...delivery,
      ...unknown,
      ...calendar,
      ...defaults,
    ])
    // The answer may add a trouble of the database. A missing answer must not hide the other problems.
    const silence = sleep(DATABASE_ANSWER_MS, [], { ref: false })
    const found = await Promise.race([inDatabase.catch(() => []), silence])
    return [
      ...this.#troubles.problems(),
      ...topicProblems(this.#topics.sick()),
      ...circuitProblems(this.#acquirerCircuit.openForMs, systemClock.nowMs()),
      ...(await this.#dataDisk.problems()),
      ...found,
    ]
  }

  async #deliveryProblems(): Promise<ReadinessProblem[]> {
    const [consumers, backlog] = await Promise.all([this.progress.readConsumers(), this.progress.readBacklog()])
    return deliveryProblems({ consumers, backlog }, systemClock.nowMs())
  }

  async #unknownProblems(): Promise<ReadinessProblem[]> {
    await this.clock.catchUp()
    const unknown = await this.operations.unknown(leaseTimes(this))
    return unknownProblems(unknown, this.clock.virtualNowMs())
  }

  async #calendarProblems(): Promise<ReadinessProblem[]> {
    const name = this.settlementDefaults.calendar
    await this.clock.catchUp()
    return calendarProblems(name, await this.calendars.calendar(name), this.clock.virtualNowMs())
  }

  async #defaultsProblems(): Promise<ReadinessProblem[]> {
    return defaultsProblems(await this.bookedDefaults.read(), this.settlementDefaults)
  }

  get #dataDisk() {
    return this.once('dataDisk', () => {
      return new DataDisk({ folder: this.config.dataFolder, nowMs: systemClock.nowMs })
    })
  }

  get #troubles() {
    return this.once('troubles', () => new RecentTroubles(systemClock.nowMs))
  }

  get #acquirerCircuit(): Circuit {
    return this.once('acquirerCircuit', () => {
      return new Circuit({
        nowMs: () => this.monotonic.nowMs(),
        onChange: position => reportCircuit(this, position),
      })
    })
  }

  /** One for each purpose: kafkajs asks for all topics of a producer at once, so that a missing one fails the others. */
  #producer(purpose: 'events' | 'doorbell' | 'deadLetters' | 'letterNotes'): LazyProducer {
    return this.once(`producer of ${purpose}`, () => new LazyProducer(() => this.#openKafka()))
  }

  get #topics(): TopicStates {
    return this.once('topics', () => {
      return new TopicStates({
        nowMs: systemClock.nowMs,
        onFailed: (topic, reason) => {
          this.metrics.topicUnavailable.set({ topic }, 1)
          this.log.error({ topic, reason }, 'a Kafka topic takes no records; what is for it waits')
        },
        onRecovered: topic => {
          this.metrics.topicUnavailable.set({ topic }, 0)
          this.log.info({ topic }, 'a Kafka topic takes records again')
        },
      })
    })
  }

  get #admin(): LazyAdmin {
    return this.once('admin', () => new LazyAdmin(() => this.#openKafka()))
  }

  #openKafka(): KafkaConnections {
    return openKafka({ ...this.config.kafka, clientId: 'payment-backend' })
  }

  get #redis(): Redis {
    return this.once('redis', () => createRedis(this.config.redisUrl))
  }

  #failed(counter: 'cacheFailures' | 'doorbellFailures', message: string, error: unknown): void {
    this.metrics[counter].inc()
    this.log.debug({ err: error }, message)
  }
}

const unclear = async () => ({ kind: 'unknown' }) as const
const silentBank: Bank = { submitFile: unclear, inquireFile: unclear, inquirePayout: unclear }

export class BatchPorts extends Ports {
  override get transactions(): Database {
    return this.database
  }
}

/** The sweep rings for what they wrote, within seconds. */
const noDoorbell: Doorbell = { ring: async () => undefined }

class SettlementPorts extends BatchPorts {
  override get doorbell() {
    return this.config.offline ? super.doorbell : noDoorbell
  }
}

class FilePorts extends Ports {
  override get transactions(): SeparateTransactions {
    const { reconWorkPercent: workPercent } = this.config
    return this.once('pacedTransactions', () => pacedTransactions(this.database, { clock: this.clock, workPercent }))
  }

  override get doorbell() {
    return this.forSettlement.doorbell
  }
}

const labelOf = ({ messageKey, eventId, topic, traceparent }: OutboxRow) => ({
  paymentId: messageKey,
  eventId,
  topic,
  traceId: traceIdIn(traceparent),
})
