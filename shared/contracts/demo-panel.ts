/** The demo panel of a sandbox: what its page and the starter that serves it say to each other. No route of the API. docs/console-demo.md */
import type { ErrorCode, Language } from './errors.ts'
import type { OperatorRole } from './lists.ts'

/** Below it everything is the panel's. */
export const DEMO_PATH = '/operator/demo'

export const demoActs = ['kill', 'pause', 'continue', 'stop', 'start'] as const
export type DemoAct = (typeof demoActs)[number]

export const PAUSE_SECONDS_DEFAULT = 18
export const PAUSE_SECONDS_MAX = 60

export const TRAFFIC_RATE_MAX = 50
export const TRAFFIC_SECONDS_MAX = 300
export const SEED_MAX = 0xffff_ffff

/** How far one act may move the sandbox clock. */
export const CLOCK_DAYS_MAX = 40

/** What the starter runs. */
export const demoPartNames = ['mariadb', 'kafka', 'redis', 'acquirer', 'bank', 'api', 'web', 'prometheus'] as const
export type DemoPartName = (typeof demoPartNames)[number]

export type DemoPartState = 'starting' | 'ready' | 'paused' | 'stopped' | 'restarting' | 'external'

export interface DemoPart {
  name: DemoPartName
  state: DemoPartState
  /** Null while it does not run, in a container, and of somebody else's. */
  pid: number | null
  /** When its process began; null where that is not known. */
  startedAt: string | null
  restarts: number
  /** What may be asked of it in this state. */
  acts: DemoAct[]
  /** One act at a time. */
  underWay: DemoAct | null
  /** When a pause ends by itself, or a stop of what signs operators in; null: neither is under way. */
  until: string | null
  /** Why its last act failed. */
  problem: string | null
}

/** What a payment of the traffic asks for, in this order. */
export const trafficSteps = ['authorize', 'capture', 'refund', 'void'] as const
export type TrafficStep = (typeof trafficSteps)[number]

/** `unreachable`: no whole answer came. */
export type TrafficAnswer = number | 'unreachable'

export interface TrafficFailure {
  at: string
  step: TrafficStep
  /** The idempotency key of the request. */
  key: string
  answer: TrafficAnswer
  /** Of the API's answer. */
  code: string | null
  paymentId: string | null
}

export interface Traffic {
  isOn: boolean
  askedBy: string
  seed: number
  ratePerSecond: number
  lengthSeconds: number
  startedAt: string
  endsAt: string
  /** Payments that were begun, of which so many are under way. */
  begun: number
  underWay: number
  /** Not begun, because too many were under way. */
  leftOut: number
  answers: { answer: TrafficAnswer; count: number }[]
  /** The newest first, at most 10. */
  failures: TrafficFailure[]
}

/** An act of an operator: the newest first. */
export interface DemoActRecord {
  at: string
  operator: string
  act: DemoAct | 'traffic' | 'stop-traffic' | 'clock'
  /** The part, or what else it was done to. */
  subject: string
  /** Whether it is in the audit log. It is written later when the database does not answer. */
  isAudited: boolean
}

export interface DemoView {
  now: string
  operator: { name: string; role: OperatorRole }
  /** Until when the operator may act although the API does not say who asks; null: the API has said it. */
  rememberedUntil: string | null
  parts: DemoPart[]
  /** The last; null: there was none since the starter began. */
  traffic: Traffic | null
  acts: DemoActRecord[]
}

/** What moving the clock came to. */
export interface ClockMoved {
  now: string
  /** Null: it is there. */
  target: string | null
  expired: number
}

/** What an act is answered. `moved`: of the clock. */
export interface DemoDone {
  view: DemoView
  moved: ClockMoved | null
}

/** 409, and of nobody else: why nothing was done. */
export const DEMO_CONFLICT = 'DEMO_CONFLICT'
export const demoConflicts = ['busy', 'state', 'not_ours', 'traffic_is_on', 'traffic_is_off'] as const
export type DemoConflict = (typeof demoConflicts)[number]

/** 404: why there is no panel. */
export const NOT_OUR_DATABASE = 'not_our_database'

/** 503: the API does not answer, and has not for longer than its last word holds. */
export const WHO_IS_UNKNOWN = 'who_is_unknown'

export type DemoErrorCode = ErrorCode | typeof DEMO_CONFLICT

export const demoMessages = {
  conflict: {
    en: 'Nothing was done. See details.reason.',
    ko: '아무것도 하지 않았습니다. details.reason을 확인하세요.',
  },
  notOurDatabase: {
    en: 'There is no demo panel: DATABASE_URL names a database that this starter did not bring.',
    ko: '데모 화면이 없습니다. DATABASE_URL이 스타터가 띄우지 않은 데이터베이스를 가리킵니다.',
  },
  whoIsUnknown: {
    en: 'The API does not say who asks, and did not within the last minute. Bring it back with `npm run service`.',
    ko: 'API가 누구의 요청인지 답하지 않으며, 최근 1분 안에도 답하지 않았습니다. `npm run service`로 되살리세요.',
  },
} as const satisfies Record<string, Record<Language, string>>
