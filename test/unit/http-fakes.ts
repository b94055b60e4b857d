/** What handlers need beyond the ports of the use cases: cache, request ids, log, metrics and an observer of answers. */
import { FakeFundsDays } from '../../shared/books/fake-books.ts'
import type { Charge, LimitName, LimitState, RouteClass } from '../../shared/contracts/limits.ts'
import { Admission } from '../../shared/http/admission.ts'
import type { DuplicatePolicy, ErrorLog, HttpResult, RequestObserver, ResponseCache } from '../../shared/http/index.ts'
import type { LimitPorts, RateLimiter } from '../../shared/http/rate-limit.ts'
import type { Turn } from '../../shared/payments/fake-store.ts'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import type { OperationPolicy } from '../../shared/payments/operation.ts'
import { fakeSources } from '../../shared/reconciliation/fake-recon.ts'
import type { OpenBreaks, OpenTransfer } from '../../shared/reconciliation/ports.ts'
import { FakeBalances } from '../../shared/settlement/fake-balances.ts'
import { FakeDisputeReader } from '../../shared/settlement/fake-dispute-reader.ts'
import { FakeSettlementReader } from '../../shared/settlement/fake-settlements.ts'
import type { AuditHead, Waiting } from '../../shared/settlement/ports.ts'

type Entry = NonNullable<Awaited<ReturnType<ResponseCache['open']>>['cached']>

/** Remembers what was charged, and refuses while the test says so. */
export class FakeLimiter implements RateLimiter {
  readonly charges: Charge[] = []
  refusing: LimitName | undefined

  async take(charge: Charge): Promise<{ limits: LimitState[] }> {
    this.charges.push(charge)
    const stateOf = (limit: LimitName): LimitState => ({
      limit,
      quota: 100,
      windowSeconds: 10,
      remaining: this.refusing === limit ? 0 : 99,
      resetSeconds: 1,
      ...(this.refusing === limit && { retryAfterSeconds: 3 }),
    })
    return { limits: charge.caller === undefined ? [stateOf('ip')] : [stateOf('caller'), stateOf('ip')] }
  }
}

/** Redis, as the middleware sees it: it never throws, and while it is away every look-up is a miss. */
export class FakeResponseCache implements ResponseCache {
  away = false
  readonly entries = new Map<string, Entry>()
  readonly #limiter: FakeLimiter

  constructor(limiter: FakeLimiter) {
    this.#limiter = limiter
  }

  async open({ scope, key }: { scope: string; key: string }, charge: Charge) {
    const name = `${scope} ${key}`
    const { limits } = await this.#limiter.take(charge)
    const keep = async (entry: Entry): Promise<void> => {
      if (!this.away) this.entries.set(name, entry)
    }
    return { limits, cached: this.away ? undefined : this.entries.get(name), keep }
  }
}

interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  fields: Record<string, unknown>
  message: string
}

export class FakeLog implements ErrorLog {
  readonly lines: LogLine[] = []

  debug = (fields: object, message?: string): void => this.#write('debug', fields, message)
  info = (fields: object, message?: string): void => this.#write('info', fields, message)
  warn = (fields: object, message?: string): void => this.#write('warn', fields, message)
  error = (fields: object, message?: string): void => this.#write('error', fields, message)

  #write(level: LogLine['level'], fields: object, message = ''): void {
    this.lines.push({ level, fields: { ...fields }, message })
  }
}

const admissionOf = () => new Admission({ inWorkMax: 64, waitingMax: 64, nowMs: () => performance.now() })

type Answered = Parameters<RequestObserver['answered']>[0]

/** Every port of every handler. */
export function createHandlerPorts(
  options: { turn?: Turn; policy?: Partial<OperationPolicy>; duplicates?: DuplicatePolicy } = {},
) {
  const ports = createFakePorts(options)
  const answered: Answered[] = []
  const refused: RouteClass[] = []
  const limiter = new FakeLimiter()
  let monotonicMs = 0
  return {
    ...ports,
    balances: new FakeBalances(),
    settlementReader: new FakeSettlementReader(),
    disputeReader: new FakeDisputeReader(),
    responses: new FakeResponseCache(limiter),
    limiter,
    callerIs: 'merchant' as LimitPorts['callerIs'],
    admission: { mutations: admissionOf(), reads: admissionOf() },
    duplicates: options.duplicates ?? ('replay' as DuplicatePolicy),
    log: new FakeLog(),
    /** Empty. */
    auditLog: { head: async (): Promise<AuditHead | undefined> => undefined },
    ...noPayouts(),
    ...noBreaks(),
    fundsDays: new FakeFundsDays(),
    requestIds: { next: () => ports.ids.request() },
    monotonic: { nowMs: () => monotonicMs++ },
    requests: {
      answered: (request: Answered) => void answered.push(request),
      refused: (routeClass: RouteClass) => void refused.push(routeClass),
    },
    /** What the observer was told. */
    answered,
    refused,
  }
}

/** Nothing that waits; a test may put something there. */
function noPayouts() {
  const none: Waiting = { count: 0, sinceMs: null }
  const waiting = { files: { PREPARED: none, APPROVED: none, SENT: none }, payouts: none }
  return {
    waiting,
    payoutFiles: { waiting: async () => waiting.files },
    payouts: { unanswered: async () => waiting.payouts },
  }
}

/** No file waits and no break is open; a test may put something there. */
function noBreaks() {
  const none: Waiting = { count: 0, sinceMs: null }
  const recon = {
    files: { RECEIVED: none, PARSED: none, MATCHING: none },
    rejected: 0,
    open: [] as OpenBreaks[],
    transfers: [] as OpenTransfer[],
  }
  return {
    recon,
    reconFiles: { waiting: async () => recon.files, countRejected: async () => recon.rejected },
    breakReader: { sumOpen: async () => recon.open },
    allocations: { listOpen: async () => recon.transfers },
    reconSources: { list: async () => [...fakeSources] },
  }
}

export type HandlerPorts = ReturnType<typeof createHandlerPorts>

/** The body of an answer, as its receiver would read it. */
export const jsonOf = (result: HttpResult) => JSON.parse(result.body ?? 'null')
