/** Reads the environment once. docs/architecture.md lists the variables. */
import * as z from 'zod'
import { currency, paymentMethod } from '../contracts/identifiers.ts'
import { limitNames, type RateLimit, type RateLimits, routeClasses } from '../contracts/limits.ts'
import { refundFees, settlementCycles, vatModes } from '../contracts/lists.ts'
import type { SettlementTerms } from '../domain/settlement-terms.ts'
import type { TracingConfig } from './tracing.ts'

const milliseconds = (standard: number) => z.coerce.number().int().min(1).default(standard)

const DAY_MS = 24 * 60 * 60_000

export const IN_PROCESS_ACQUIRER = 'in-process:'
export const NO_BANK = 'none'

/** The time-out of the HTTP functions in serverless.yml. */
const HANDLER_TIMEOUT_MS = 10_000

const json = (example: string) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue(`must be JSON such as ${example}`)
      return z.NEVER
    }
  })

const rateLimit = z.strictObject({ perSecond: z.number().positive().max(1_000_000), burst: z.int().min(1) })
const givenLimits = z.partialRecord(z.enum(routeClasses), z.partialRecord(z.enum(limitNames), rateLimit))

/** Business days: two years and more. */
export const RESERVE_DAYS_MAX = 540

/** An address may be that of all callers, such as a proxy's: its limits lie above what one process can serve. */
const ADDRESS_LIMIT: RateLimit = { perSecond: 20_000, burst: 40_000 }
const DEFAULT_LIMITS: RateLimits = {
  mutations: { caller: { perSecond: 200, burst: 400 }, ip: ADDRESS_LIMIT },
  reads: { caller: { perSecond: 400, burst: 800 }, ip: ADDRESS_LIMIT },
}

const givenTerms = z
  .strictObject({
    cycle: z.enum(settlementCycles),
    delayDays: z.int().min(0).max(90),
    cutoff: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM'),
    timezone: z.string().max(40).refine(isTimezone, 'must be an IANA time zone'),
    calendar: z.string().regex(/^[A-Z]{2,8}$/, 'must be such as KR'),
    vatMode: z.enum(vatModes),
    refundFee: z.enum(refundFees),
    payoutMinMinor: z.int().min(0),
    reserveBasisPoints: z.int().min(0).max(9_999),
    reserveDays: z.int().min(0).max(RESERVE_DAYS_MAX),
    invoiceAfterDays: z.int().min(0).max(90).nullable(),
    disputeFeeMinor: z.int().min(0),
    accountToken: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/, 'must be printable ASCII')
      .nullable(),
    heldReason: z.string().min(1).max(200).nullable(),
  })
  .partial()
const DEFAULT_TERMS: SettlementTerms = {
  cycle: 'D',
  delayDays: 2,
  cutoff: '24:00',
  timezone: 'Asia/Seoul',
  calendar: 'KR',
  vatMode: 'none',
  refundFee: 'keep',
  payoutMinMinor: 0,
  reserveBasisPoints: 0,
  reserveDays: 0,
  invoiceAfterDays: null,
  disputeFeeMinor: 0,
  accountToken: 'acct_pay',
  heldReason: null,
}

/** Whether this is the name of a time zone. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** `name=value,name=value`, values as in a URL. */
const headerList = z.string().transform((text, context): Record<string, string> => {
  try {
    const pairs = text.split(',').map(pair => /^\s*([^=\s]+)\s*=(.*)$/.exec(pair)!)
    return Object.fromEntries(pairs.map(([, name, value]) => [name!, decodeURIComponent(value!.trim())]))
  } catch {
    context.addIssue('must be name=value, with commas between several')
    return z.NEVER
  }
})

/** Where the shop and the API of `npm start` are. */
const LOCAL_ORIGINS = 'http://127.0.0.1:5173,http://127.0.0.1:8080'
/** As a browser writes one, which leaves the usual port out; undefined for what is none. */
function originIn(text: string): string | undefined {
  const url = URL.parse(text.trim())
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : undefined
}
const originList = z.string().transform((text, context): string[] => {
  const origins = text.split(',').map(originIn)
  if (!origins.includes(undefined)) return origins as string[]
  context.addIssue('must be origins such as http://127.0.0.1:5173, with commas between several')
  return z.NEVER
})

const claimName = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be the name of a claim')

const saslNames = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const

const environment = z
  .object({
    DATABASE_URL: z.string().default('mysql://pay:pay@127.0.0.1:3306/paydb'),
    DATABASE_CONNECTIONS: z.coerce.number().int().min(1).default(20),
    KAFKA_BROKERS: z.string().default('127.0.0.1:9092'),
    KAFKA_SSL: z.enum(['true', 'false']).default('false'),
    KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
    KAFKA_SASL_USERNAME: z.string().optional(),
    KAFKA_SASL_PASSWORD: z.string().optional(),
    /** Name and password in one: a whole secret, as Kafka on AWS keeps it. */
    KAFKA_SASL_LOGIN: json('{"username":"pay","password":"…"}')
      .pipe(z.object({ username: z.string(), password: z.string() }))
      .optional(),
    REDIS_URL: z.string().default('redis://127.0.0.1:6379/0'),
    /** Both in one: a whole secret, as AWS keeps it. */
    SERVICE_URLS: json('{"DATABASE_URL":"mysql://…","REDIS_URL":"rediss://…"}')
      .pipe(z.object({ DATABASE_URL: z.string().min(1), REDIS_URL: z.string().min(1) }))
      .optional(),
    DUPLICATE_POLICY: z.enum(['replay', 'reject']).default('replay'),
    /** `in-process:` is the sandbox acquirer without a service, for measuring what the hop costs. */
    ACQUIRER_URL: z
      .union([z.literal(IN_PROCESS_ACQUIRER), z.url({ protocol: /^https?$/ })], {
        error: 'must be http://…, https://… or in-process:',
      })
      .default('http://127.0.0.1:8085'),
    ACQUIRER_CONNECTIONS: z.coerce.number().int().min(1).default(64),
    ACQUIRER_TIMEOUT_MS: milliseconds(5_000),
    /** `none`: there is no bank, and nothing is paid out. */
    BANK_URL: z
      .union([z.literal(NO_BANK), z.url({ protocol: /^https?$/ })], { error: 'must be http://…, https://… or none' })
      .default('http://127.0.0.1:8086'),
    LEASE_MS: milliseconds(15_000),
    INQUIRY_BACKOFF_MS: milliseconds(1_000),
    CAPTURE_WINDOW_MS: milliseconds(7 * 24 * 60 * 60_000),
    /** Milliseconds by payment method, where they differ from CAPTURE_WINDOW_MS. */
    CAPTURE_WINDOW_MS_BY_METHOD: json('{"tok_slow":86400000}')
      .pipe(z.record(paymentMethod, z.int().min(1)))
      .default({}),
    /** Published events are archived when they are older. */
    OUTBOX_ARCHIVE_AFTER_MS: milliseconds(7 * DAY_MS),
    /** Stored answers are pruned when they are older. Callers are promised 15 days, and `npm run verify` checks it. */
    ANSWERS_KEPT_MS: z.coerce
      .number()
      .int()
      .min(15 * DAY_MS)
      // A hundred years: the year of `Idempotency-Expires` has four digits.
      .max(36_525 * DAY_MS)
      .default(15 * DAY_MS),
    FEE_BASIS_POINTS: z.coerce.number().int().min(0).max(10_000).default(250),
    /** Minor units by currency. */
    FEE_FIXED: json('{"KRW":100}')
      .pipe(z.record(currency, z.int().min(0)))
      .default({}),
    /** Of merchants without terms of their own; what is not given keeps its default. */
    SETTLEMENT_TERMS: json('{"vatMode":"exclusive","refundFee":"return"}').pipe(givenTerms).default({}),
    /** By class of routes and limit; what is not given keeps its default. */
    RATE_LIMITS: json('{"mutations":{"caller":{"perSecond":50,"burst":100}}}').pipe(givenLimits).default({}),
    /** Requests of a class that may wait for a place in work. */
    REQUESTS_WAITING: z.coerce.number().int().min(0).default(256),
    /** Of the time, that files are imported and matched: between two transactions they rest. */
    RECON_WORK_PERCENT: z.coerce.number().int().min(1).max(100).default(100),
    DATA_FOLDER: z.string().optional(),
    /** Of the starter of this machine, which carries out what the API asks of it. */
    CONTROL_SOCKET: z.string().optional(),
    /** Of the console on this machine. */
    OPERATOR_ORIGINS: originList.default(LOCAL_ORIGINS.split(',')),
    /** Deployed: the claim that says an operator's role. Without it there is no console. */
    OPERATOR_ROLE_CLAIM: claimName.optional(),
    OPERATOR_NAME_CLAIM: claimName.default('sub'),
    /** Traces are recorded when it is given. `/v1/traces` is added. */
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be http://… or https://…' }).optional(),
    OTEL_EXPORTER_OTLP_HEADERS: headerList.default({}),
    OTEL_SERVICE_NAME: z.string().default('payment-backend'),
    TRACE_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(0.01),
    /** `emf`: lines in CloudWatch's embedded metric format on standard output. */
    METRICS_FORMAT: z.enum(['prometheus', 'emf']).default('prometheus'),
    METRICS_NAMESPACE: z.string().max(255).default('payment-backend'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    IS_OFFLINE: z.string().optional(),
  })
  // The acquirer's time-out, the handler's and the lease end in this order, so that two attempts never work on one operation.
  .refine(env => env.ACQUIRER_TIMEOUT_MS < HANDLER_TIMEOUT_MS, {
    path: ['ACQUIRER_TIMEOUT_MS'],
    message: `must be below ${HANDLER_TIMEOUT_MS}`,
  })
  .refine(env => env.LEASE_MS > HANDLER_TIMEOUT_MS, {
    path: ['LEASE_MS'],
    message: `must be above ${HANDLER_TIMEOUT_MS}`,
  })
  .superRefine((env, context) => {
    const isInLogin = (name: string) => name !== 'KAFKA_SASL_MECHANISM' && env.KAFKA_SASL_LOGIN !== undefined
    const given = saslNames.filter(name => env[name] !== undefined || isInLogin(name))
    if (given.length === 0 || given.length === saslNames.length) return
    for (const name of saslNames)
      if (!given.includes(name))
        context.addIssue({ code: 'custom', path: [name], message: `is missing beside ${given}` })
  })

/** Every variable that is read. */
export const variableNames = Object.keys(environment.shape)

/** How the brokers are reached. TLS trusts what Node trusts. */
export interface KafkaConfig {
  brokers: string[]
  ssl: boolean
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
}

export interface Config {
  databaseUrl: string
  databaseConnectionsMax: number
  kafka: KafkaConfig
  redisUrl: string
  duplicatePolicy: 'replay' | 'reject'
  /** http, https, or IN_PROCESS_ACQUIRER. */
  acquirerUrl: string
  acquirerConnectionsMax: number
  acquirerTimeoutMs: number
  /** http, https, or NO_BANK. */
  bankUrl: string
  leaseMs: number
  inquiryBackoffMs: number
  captureWindowMs: number
  captureWindowMsByMethod: Record<string, number>
  outboxArchiveAfterMs: number
  answersKeptMs: number
  feeBasisPoints: number
  feeFixedMinor: Record<string, number>
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  rateLimits: RateLimits
  /** Of each class. */
  requestsWaitingMax: number
  /** 1 to 100, of the time that files are imported and matched. */
  reconWorkPercent: number
  logLevel: string
  /** Undefined: no traces. */
  tracing: TracingConfig | undefined
  /** `prometheus`: kept in memory for GET /metrics. */
  metricsFormat: 'prometheus' | 'emf'
  /** In CloudWatch. */
  metricsNamespace: string
  /** Where services on this machine keep their data: its disk must have room. */
  dataFolder: string | undefined
  /** The Unix socket of the starter; undefined where none runs the API. */
  controlSocket: string | undefined
  /** Where the console is served on this machine, as browsers write it in `Origin`. */
  operatorOrigins: string[]
  /** Of tokens that an authorizer has checked; undefined where there is none. */
  operatorClaims: { roleClaim: string; nameClaim: string } | undefined
  /** Under serverless-offline: one process for all functions, which does not freeze after an answer. */
  offline: boolean
  /** Works of one moment share a transaction: for a process that serves many requests at once. */
  groupTransactions: boolean
}

/** Throws an Error that names every variable that does not fit. An empty variable counts as absent. */
export function configFrom(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success)
    throw new Error(
      `environment: ${parsed.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
    )
  const { data } = parsed
  const offline = data.IS_OFFLINE === 'true'
  return {
    databaseUrl: data.SERVICE_URLS?.DATABASE_URL ?? data.DATABASE_URL,
    databaseConnectionsMax: data.DATABASE_CONNECTIONS,
    kafka: kafkaOf(data),
    redisUrl: data.SERVICE_URLS?.REDIS_URL ?? data.REDIS_URL,
    duplicatePolicy: data.DUPLICATE_POLICY,
    acquirerUrl: data.ACQUIRER_URL,
    acquirerConnectionsMax: data.ACQUIRER_CONNECTIONS,
    acquirerTimeoutMs: data.ACQUIRER_TIMEOUT_MS,
    bankUrl: data.BANK_URL,
    leaseMs: data.LEASE_MS,
    inquiryBackoffMs: data.INQUIRY_BACKOFF_MS,
    captureWindowMs: data.CAPTURE_WINDOW_MS,
    captureWindowMsByMethod: data.CAPTURE_WINDOW_MS_BY_METHOD,
    outboxArchiveAfterMs: data.OUTBOX_ARCHIVE_AFTER_MS,
    answersKeptMs: data.ANSWERS_KEPT_MS,
    feeBasisPoints: data.FEE_BASIS_POINTS,
    feeFixedMinor: data.FEE_FIXED,
    settlementDefaults: { ...DEFAULT_TERMS, ...data.SETTLEMENT_TERMS },
    rateLimits: {
      mutations: { ...DEFAULT_LIMITS.mutations, ...data.RATE_LIMITS.mutations },
      reads: { ...DEFAULT_LIMITS.reads, ...data.RATE_LIMITS.reads },
    },
    requestsWaitingMax: data.REQUESTS_WAITING,
    reconWorkPercent: data.RECON_WORK_PERCENT,
    logLevel: data.LOG_LEVEL,
    tracing: tracingOf(data),
    metricsFormat: data.METRICS_FORMAT,
    metricsNamespace: data.METRICS_NAMESPACE,
    dataFolder: data.DATA_FOLDER,
    controlSocket: data.CONTROL_SOCKET,
    operatorOrigins: data.OPERATOR_ORIGINS,
    operatorClaims:
      data.OPERATOR_ROLE_CLAIM === undefined
        ? undefined
        : { roleClaim: data.OPERATOR_ROLE_CLAIM, nameClaim: data.OPERATOR_NAME_CLAIM },
    offline,
    // A Lambda serves one request at a time.
    groupTransactions: offline,
  }
}

function tracingOf(env: z.output<typeof environment>): TracingConfig | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, TRACE_SAMPLE_RATIO: sampleRatio } = env
  if (endpoint === undefined || sampleRatio === 0) return undefined
  return {
    tracesUrl: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS,
    sampleRatio,
    serviceName: env.OTEL_SERVICE_NAME,
  }
}

function kafkaOf(env: z.output<typeof environment>): KafkaConfig {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_LOGIN: login } = env
  const { KAFKA_SASL_USERNAME: username = login?.username, KAFKA_SASL_PASSWORD: password = login?.password } = env
  return {
    brokers: env.KAFKA_BROKERS.split(',').map(broker => broker.trim()),
    ssl: env.KAFKA_SSL === 'true',
    sasl: mechanism && username && password ? { mechanism, username, password } : undefined,
  }
}
