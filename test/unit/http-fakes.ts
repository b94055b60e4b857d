/** What handlers need beyond the ports of the use cases: cache, request ids, log, metrics and an observer of answers. */
import type { DuplicatePolicy, ErrorLog, HttpResult, RequestObserver, ResponseCache } from '../../shared/http/index.ts'
import type { Turn } from '../../shared/payments/fake-store.ts'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import type { OperationPolicy } from '../../shared/payments/operation.ts'

type Entry = NonNullable<Awaited<ReturnType<ResponseCache['open']>>['cached']>

/** Redis, as the middleware sees it: it never throws, and while it is away every look-up is a miss. */
export class FakeResponseCache implements ResponseCache {
  away = false
  readonly entries = new Map<string, Entry>()

  async open(scope: string, key: string) {
    const name = `${scope} ${key}`
    const keep = async (entry: Entry): Promise<void> => {
      if (!this.away) this.entries.set(name, entry)
    }
    return { cached: this.away ? undefined : this.entries.get(name), keep }
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

type Answered = Parameters<RequestObserver['answered']>[0]

/** Every port of every handler. */
export function createHandlerPorts(
  options: { turn?: Turn; policy?: Partial<OperationPolicy>; duplicates?: DuplicatePolicy } = {},
) {
  const ports = createFakePorts(options)
  const answered: Answered[] = []
  let monotonicMs = 0
  return {
    ...ports,
    responses: new FakeResponseCache(),
    duplicates: options.duplicates ?? ('replay' as DuplicatePolicy),
    log: new FakeLog(),
    requestIds: { next: () => ports.ids.request() },
    monotonic: { nowMs: () => monotonicMs++ },
    requests: { answered: (request: Answered) => void answered.push(request) },
    /** What the observer was told. */
    answered,
  }
}

export type HandlerPorts = ReturnType<typeof createHandlerPorts>

/** The body of an answer, as its receiver would read it. */
export const jsonOf = (result: HttpResult) => JSON.parse(result.body ?? 'null')
