/**
 * The demo panel: judges a request as a route of the console does, lets one act at a time be done to the parts of this very system, and
 * says what runs. docs/console-demo.md tells it whole.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { SECRET_HEADER } from '../../../shared/contracts/console.ts'
import {
  type ClockMoved,
  DEMO_CONFLICT,
  type DemoAct,
  type DemoActRecord,
  type DemoConflict,
  type DemoDone,
  type DemoView,
  demoMessages,
  NOT_OUR_DATABASE,
  WHO_IS_UNKNOWN,
} from '../../../shared/contracts/demo-panel.ts'
import { errorBodyOf, errorCatalogue, type Language } from '../../../shared/contracts/errors.ts'
import { operatorRoles } from '../../../shared/contracts/lists.ts'
import { ApiError, differentRequest, notFound, unauthenticated } from '../../../shared/http/api-error.ts'
import { claimOf } from '../../../shared/http/claim.ts'
import { cookiePairsOf, isFromConsole, sessionCookieIn } from '../../../shared/http/console-request.ts'
import { preferredLanguage } from '../../../shared/http/language.ts'
import { parseBody } from '../../../shared/http/parse-body.ts'
import type { Claim } from '../../../shared/payments/ports.ts'
import type { AuditEntry } from '../../../shared/settlement/ports.ts'
import { printable } from '../../terminal/printable.ts'
import type { DemoAudit } from '../clients.ts'
import type { SystemPart } from '../supervised-process.ts'
import type { ApiReply, ApiRequest } from './ask-api.ts'
import { AuditTrail } from './audit-trail.ts'
import { DemoParts } from './parts.ts'
import { type BodyOf, type DemoRoute, type FoundRoute, routeOf } from './requests.ts'
import { type DemoOperator, type SaidByApi, SessionMemory, type Who } from './session-memory.ts'
import { TrafficGenerator } from './traffic.ts'

export interface PanelPorts {
  /** From where the console may be used, as the API has it. */
  origins: readonly string[]
  /** Whether the starter brought the database. Otherwise there is no panel. */
  isOurDatabase: boolean
  /** Those of this run. */
  parts(): readonly SystemPart[]
  /** Asks the API of this system. Rejects when no whole answer comes. */
  askApi(asked: Omit<ApiRequest, 'agent'>): Promise<ApiReply>
  append(act: DemoAudit): Promise<boolean>
  say(text: string): void
  nowMs(): number
  after(delayMs: number, work: () => void): () => void
  every(intervalMs: number, work: () => void): () => void
  newSeed(): number
  newRequestId(): string
}

export interface PanelRequest {
  method: string
  /** Path and query. */
  target: string
  headers: IncomingHttpHeaders
  body: string
}

export interface PanelAnswer {
  status: number
  headers: Record<string, string>
  body: object
}

interface Outcome {
  moved: ClockMoved | null
}

interface Keyed {
  fingerprint: string
  operator: string
  outcome: Promise<Outcome>
}

/** Who is asked to do what, under which key. */
interface Asked {
  operator: DemoOperator
  claim: Claim
  reason: string
}

/** The answer tells how far an act is that takes longer. */
const ANSWER_AFTER_MS = 5_000
/** The route itself answers after 8 s. */
const CLOCK_TIMEOUT_MS = 11_000
const TRAFFIC_TIMEOUT_MS = 15_000
const RECORDS_MAX = 20
const KEYS_MAX = 1_000
const SANE_REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,64}$/

class Conflict extends Error {
  readonly details: Record<string, string>
  constructor(reason: DemoConflict, more: Record<string, string> = {}) {
    super(reason)
    this.details = { reason, ...more }
  }
}

/** An error of the catalogue, in words of the panel's own. */
class Refusal extends Error {
  readonly error: ApiError
  readonly words: Record<Language, string>
  constructor(error: ApiError, words: Record<Language, string>) {
    super(error.code)
    this.error = error
    this.words = words
  }
}

export class DemoPanel {
  readonly #ports: PanelPorts
  readonly #memory: SessionMemory
  readonly #parts: DemoParts
  readonly #traffic: TrafficGenerator
  readonly #trail: AuditTrail
  readonly #records: DemoActRecord[] = []
  /** By key, the oldest first: what was done is not done again. */
  readonly #keys = new Map<string, Keyed>()
  #isMovingClock = false

  constructor(ports: PanelPorts) {
    this.#ports = ports
    this.#memory = new SessionMemory(ports.nowMs)
    this.#parts = new DemoParts({ ...ports, tookAway: () => this.#memory.tookAway() })
    this.#trail = new AuditTrail(ports)
    this.#traffic = new TrafficGenerator({
      nowMs: ports.nowMs,
      every: ports.every,
      send: request => ports.askApi({ ...request, method: 'POST', timeoutMs: TRAFFIC_TIMEOUT_MS }),
      ended: ({ begun, seed }) => ports.say(`demo panel: the traffic is over (seed ${seed}, ${begun} payments)`),
    })
  }

  /** Never rejects. */
  async answer(request: PanelRequest): Promise<PanelAnswer> {
    const sent = request.headers['x-request-id']
    const requestId = typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : this.#ports.newRequestId()
    const answer = await this.#answer(request).catch(error =>
      this.#refused(error, preferredLanguage(request.headers['accept-language']), requestId),
    )
    return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } }
  }

  /** Lets what is paused go on, and ends the traffic. */
  async close(): Promise<void> {
    this.#traffic.stop()
    this.#trail.close()
    await this.#parts.close()
  }

  async #answer(request: PanelRequest): Promise<PanelAnswer> {
    const { method, target, headers } = request
    const { origins, isOurDatabase } = this.#ports
    const site = textOf(headers['sec-fetch-site'])
    if (!isFromConsole({ method, host: headers.host, origin: headers.origin, site }, origins))
      throw new ApiError('FORBIDDEN', { details: { reason: 'origin' } })
    if (!isOurDatabase)
      throw new Refusal(
        new ApiError('NOT_FOUND', { details: { reason: NOT_OUR_DATABASE } }),
        demoMessages.notOurDatabase,
      )
    const who = await this.#who(request)
    const route = routeOf(method, target)
    if (route === undefined) throw notFound()
    if (operatorRoles.indexOf(who.operator.role) < operatorRoles.indexOf(route.role))
      throw new ApiError('FORBIDDEN', { details: { reason: 'role', needed: route.role } })
    if (route.body === undefined) return { status: 200, headers: {}, body: this.#view(who) }
    return this.#write(request, route, who)
  }

  async #who({ headers }: PanelRequest): Promise<Extract<Who, { kind: 'operator' }>> {
    const session = sessionCookieIn(cookiePairsOf(headers.cookie ?? ''))
    const secret = textOf(headers[SECRET_HEADER])
    if (session === undefined || secret === undefined) throw unauthenticated()
    const who = await this.#memory.who(
      { session, request: secret },
      { ask: timeoutMs => this.#askWho(headers, timeoutMs) },
    )
    if (who.kind === 'operator') return who
    if (who.kind === 'refused')
      throw new ApiError(who.code, who.code === 'FORBIDDEN' ? { details: { reason: 'origin' } } : {})
    const unknown = new ApiError('SERVICE_UNAVAILABLE', { details: { reason: WHO_IS_UNKNOWN } })
    throw new Refusal(unknown, demoMessages.whoIsUnknown)
  }

  /** With what the browser sent, for the API to judge it as its own. */
  async #askWho(headers: IncomingHttpHeaders, timeoutMs: number): Promise<SaidByApi> {
    const given = ['host', 'origin', 'sec-fetch-site', 'cookie', SECRET_HEADER].flatMap(name => {
      const value = textOf(headers[name])
      return value === undefined ? [] : [[name, value] as const]
    })
    const asked = { method: 'GET', path: '/operator/session', headers: Object.fromEntries(given), timeoutMs } as const
    const reply = await this.#ports.askApi(asked).catch(() => undefined)
    if (reply?.status === 401) return { kind: 'refused', code: 'UNAUTHENTICATED' }
    if (reply?.status === 403) return { kind: 'refused', code: 'FORBIDDEN' }
    const { name, role } = reply?.body ?? {}
    const known = operatorRoles.find(each => each === role)
    if (reply?.status !== 200 || typeof name !== 'string' || known === undefined) return { kind: 'no_answer' }
    return { kind: 'known', operator: { name, role: known } }
  }

  async #write(
    { headers, body }: PanelRequest,
    { name, route, body: schema, path }: FoundRoute,
    who: Extract<Who, { kind: 'operator' }>,
  ): Promise<PanelAnswer> {
    const event = { body, headers } as { body: unknown; headers: unknown; sentBody?: Record<string, unknown> }
    // Throws what a route of the API would answer.
    parseBody({ schema: schema!, needsKey: () => false }).before!({ event } as never)
    const { key, reason } = event.body as { key: string; reason: string }
    const { key: _, ...sent } = event.sentBody!
    const claim = claimOf({ key, operation: route, route, pathParameters: path, body: sent })
    const asked = { operator: who.operator, claim, reason }
    const { outcome, isReplayed } = this.#once(asked, () => this.#do(name, path, event.body, asked))
    const { moved } = await outcome
    const done: DemoDone = { view: this.#view(who), moved }
    return { status: 200, headers: isReplayed ? { 'idempotent-replayed': 'true' } : {}, body: done }
  }

  /** A key whose request was refused is free again. */
  #once({ operator, claim }: Asked, work: () => Promise<Outcome>): { outcome: Promise<Outcome>; isReplayed: boolean } {
    const { key, fingerprint } = claim
    const before = this.#keys.get(key)
    if (before !== undefined) {
      if (before.fingerprint === fingerprint && before.operator === operator.name)
        return { outcome: before.outcome, isReplayed: true }
      throw differentRequest([before.operator === operator.name ? '' : '/operator'])
    }
    const outcome = work()
    this.#keys.set(key, { fingerprint, operator: operator.name, outcome })
    if (this.#keys.size > KEYS_MAX) this.#keys.delete(this.#keys.keys().next().value!)
    outcome.catch(error => {
      if (!isUndecided(error)) this.#keys.delete(key)
    })
    return { outcome, isReplayed: false }
  }

  async #do(name: DemoRoute, path: Record<string, string>, body: unknown, asked: Asked): Promise<Outcome> {
    switch (name) {
      case 'pausePart':
        return this.#act(path.name!, 'pause', asked, (body as BodyOf<'pausePart'>).seconds)
      case 'actOnPart':
        return this.#act(path.name!, path.act as DemoAct, asked)
      case 'beginTraffic':
        return this.#beginTraffic(body as BodyOf<'beginTraffic'>, asked)
      case 'stopTraffic':
        return this.#stopTraffic(asked)
      case 'moveClock':
        return this.#moveClock((body as BodyOf<'moveClock'>).advance, asked)
      case 'look':
        throw notFound()
    }
  }

  async #act(name: string, act: DemoAct, asked: Asked, seconds = 0): Promise<Outcome> {
    const details: Record<string, number> = act === 'pause' ? { seconds } : {}
    // The entry comes first: afterwards the database may be away.
    const begun = this.#parts.begin(name, act, seconds, () => this.#record(asked, act, name, details))
    if (begun.kind === 'no_such_part') throw notFound()
    if (begun.kind === 'refused') throw new Conflict(begun.reason, { state: begun.state })
    const late = Promise.withResolvers<void>()
    const callOff = this.#ports.after(ANSWER_AFTER_MS, late.resolve)
    await Promise.race([begun.begun, late.promise])
    callOff()
    return { moved: null }
  }

  async #beginTraffic(wish: BodyOf<'beginTraffic'>, asked: Asked): Promise<Outcome> {
    const { ratePerSecond, lengthSeconds, seed = this.#ports.newSeed() } = wish
    if (!this.#traffic.begin({ seed, ratePerSecond, lengthSeconds }, asked.operator.name))
      throw new Conflict('traffic_is_on')
    await this.#record(asked, 'traffic', 'traffic', { seed, ratePerSecond, lengthSeconds })
    return { moved: null }
  }

  async #stopTraffic(asked: Asked): Promise<Outcome> {
    if (!this.#traffic.stop()) throw new Conflict('traffic_is_off')
    await this.#record(asked, 'stop-traffic', 'traffic', {})
    return { moved: null }
  }

  async #moveClock(advance: string, asked: Asked): Promise<Outcome> {
    if (this.#isMovingClock) throw new Conflict('busy')
    this.#isMovingClock = true
    try {
      await this.#record(asked, 'clock', 'clock', { advance })
      const call = { method: 'POST', path: '/sandbox/clock', body: { advance }, timeoutMs: CLOCK_TIMEOUT_MS } as const
      const reply = await this.#ports.askApi(call).catch(() => undefined)
      const { now, target, expired } = (reply?.body ?? {}) as Partial<ClockMoved>
      const isTold = reply?.status === 200 || reply?.status === 202
      if (!isTold || now === undefined) throw new ApiError('OUTCOME_UNKNOWN', { details: { reason: 'clock' } })
      return { moved: { now, target: target ?? null, expired: expired ?? 0 } }
    } finally {
      this.#isMovingClock = false
    }
  }

  /** Into the audit log, and what the starter says of itself. */
  #record(asked: Asked, act: DemoActRecord['act'], subject: string, details: Record<string, string | number>) {
    const { operator, claim, reason } = asked
    const at = new Date(this.#ports.nowMs()).toISOString()
    const record: DemoActRecord = { at, operator: operator.name, act, subject, isAudited: false }
    this.#records.unshift(record)
    this.#records.length = Math.min(this.#records.length, RECORDS_MAX)
    const more = Object.entries(details).map(([name, value]) => ` ${name}=${value}`)
    this.#ports.say(printable(`demo panel: ${operator.name}: ${act} ${subject}${more.join('')} (${reason})`))
    // The entry may be written later.
    const entry: AuditEntry = {
      actor: operator.name,
      action: 'demo.acted',
      subject,
      reason,
      details: { act, key: claim.key, at, ...details },
    }
    return this.#trail.record({ claim, entry }, () => {
      record.isAudited = true
    })
  }

  #view({ operator, untilMs }: Extract<Who, { kind: 'operator' }>): DemoView {
    return {
      now: new Date(this.#ports.nowMs()).toISOString(),
      operator,
      rememberedUntil: untilMs === undefined ? null : new Date(untilMs).toISOString(),
      parts: this.#parts.view(),
      traffic: this.#traffic.view(),
      acts: this.#records,
    }
  }

  #refused(error: unknown, language: Language, requestId: string): PanelAnswer {
    if (error instanceof Conflict) {
      const body = { code: DEMO_CONFLICT, message: demoMessages.conflict[language], requestId, details: error.details }
      return { status: 409, headers: {}, body }
    }
    const { error: refused, words } =
      error instanceof Refusal ? error : { error: apiErrorOf(error, this.#ports.say), words: undefined }
    const { code, rest } = refused
    const problems = rest.problems?.map(({ path, message }) => ({ path, message: message[language] }))
    const details = problems === undefined ? rest.details : { problems }
    const body = errorBodyOf(code, language, { requestId, details })
    const status = rest.statusCode ?? errorCatalogue[code].statusCode
    return { status, headers: {}, body: words === undefined ? body : { ...body, message: words[language] } }
  }
}

/** What was begun may have happened: the same key gets the same answer. */
const isUndecided = (error: unknown): boolean => error instanceof ApiError && error.code === 'OUTCOME_UNKNOWN'

function apiErrorOf(error: unknown, say: (text: string) => void): ApiError {
  if (error instanceof ApiError) return error
  say(printable(`demo panel: ${error instanceof Error ? error.stack : error}`))
  return new ApiError('INTERNAL_ERROR')
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined
