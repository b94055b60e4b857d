/** The environment: defaults, what is taken, and what is refused by name. */
import { describe, expect, test } from '@jest/globals'
import { type Config, configFrom } from './config.ts'

describe('configFrom', () => {
  test('an empty environment has the defaults of docs/architecture.md', () => {
    expect(configFrom({})).toEqual({
      databaseUrl: 'mysql://pay:pay@127.0.0.1:3306/paydb',
      databaseConnectionsMax: 20,
      acquirerUrl: 'http://127.0.0.1:8085',
      acquirerConnectionsMax: 64,
      kafka: { brokers: ['127.0.0.1:9092'], ssl: false },
      redisUrl: 'redis://127.0.0.1:6379/0',
      duplicatePolicy: 'replay',
      acquirerTimeoutMs: 5_000,
      bankUrl: 'http://127.0.0.1:8086',
      leaseMs: 15_000,
      inquiryBackoffMs: 1_000,
      captureWindowMs: 604_800_000,
      captureWindowMsByMethod: {},
      outboxArchiveAfterMs: 604_800_000,
      answersKeptMs: 1_296_000_000,
      feeBasisPoints: 250,
      feeFixedMinor: {},
      settlementDefaults: {
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
      },
      rateLimits: {
        mutations: { caller: { perSecond: 200, burst: 400 }, ip: { perSecond: 20_000, burst: 40_000 } },
        reads: { caller: { perSecond: 400, burst: 800 }, ip: { perSecond: 20_000, burst: 40_000 } },
      },
      requestsWaitingMax: 256,
      reconWorkPercent: 100,
      operatorOrigins: ['http://127.0.0.1:5173', 'http://127.0.0.1:8080'],
      logLevel: 'info',
      metricsFormat: 'prometheus',
      metricsNamespace: 'payment-backend',
      offline: false,
      groupTransactions: false,
    })
  })

  test('an empty variable counts as absent, an unknown one does not matter', () => {
    expect(configFrom({ LEASE_MS: '', FEE_FIXED: '', HOME: '/root' })).toEqual(configFrom({}))
  })

  test('takes the addresses of database and Redis in one variable, too', () => {
    const secret = { DATABASE_URL: 'mysql://a:b@db:1/x', REDIS_URL: 'rediss://redis:2/0', other: 'x' }

    expect(configFrom({ SERVICE_URLS: JSON.stringify(secret) })).toMatchObject({
      databaseUrl: 'mysql://a:b@db:1/x',
      redisUrl: 'rediss://redis:2/0',
    })
    expect(() => configFrom({ SERVICE_URLS: '{"DATABASE_URL":"mysql://db/x"}' })).toThrow(/SERVICE_URLS.REDIS_URL/)
    expect(() => configFrom({ SERVICE_URLS: 'mysql://a:secret@db/x' })).toThrow(
      /^environment: SERVICE_URLS must be JSON/,
    )
  })

  test('takes the login of Kafka in one variable, too', () => {
    const login = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_LOGIN: '{"username":"pay","password":"p"}' }

    expect(configFrom(login).kafka.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'pay', password: 'p' })
    expect(() => configFrom({ KAFKA_SASL_LOGIN: login.KAFKA_SASL_LOGIN })).toThrow(/KAFKA_SASL_MECHANISM/)
  })

  test.each<{ env: Record<string, string>; config: Partial<Config> }>([
    { env: { DATABASE_URL: 'mysql://a:b@db:1/x' }, config: { databaseUrl: 'mysql://a:b@db:1/x' } },
    { env: { DATABASE_CONNECTIONS: '5' }, config: { databaseConnectionsMax: 5 } },
    { env: { KAFKA_BROKERS: 'a:1, b:2,c:3' }, config: { kafka: { brokers: ['a:1', 'b:2', 'c:3'], ssl: false } } },
    { env: { KAFKA_SSL: 'true' }, config: { kafka: { brokers: ['127.0.0.1:9092'], ssl: true } } },
    {
      env: { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'pay', KAFKA_SASL_PASSWORD: 'p' },
      config: {
        kafka: {
          brokers: ['127.0.0.1:9092'],
          ssl: false,
          sasl: { mechanism: 'scram-sha-512', username: 'pay', password: 'p' },
        },
      },
    },
    {
      env: { RATE_LIMITS: '{"reads":{"caller":{"perSecond":0.5,"burst":3}}}' },
      config: {
        rateLimits: {
          ...configFrom({}).rateLimits,
          reads: { ...configFrom({}).rateLimits.reads, caller: { perSecond: 0.5, burst: 3 } },
        },
      },
    },
    { env: { REQUESTS_WAITING: '0' }, config: { requestsWaitingMax: 0 } },
    {
      env: { OPERATOR_ORIGINS: 'https://console.example, http://127.0.0.1:81,http://127.0.0.1:80' },
      config: { operatorOrigins: ['https://console.example', 'http://127.0.0.1:81', 'http://127.0.0.1'] },
    },
    {
      env: { OPERATOR_ROLE_CLAIM: 'custom:role' },
      config: { operatorClaims: { roleClaim: 'custom:role', nameClaim: 'sub' } },
    },
    {
      env: { OPERATOR_ROLE_CLAIM: 'role', OPERATOR_NAME_CLAIM: 'email' },
      config: { operatorClaims: { roleClaim: 'role', nameClaim: 'email' } },
    },
    { env: { RECON_WORK_PERCENT: '25' }, config: { reconWorkPercent: 25 } },
    { env: { DUPLICATE_POLICY: 'reject' }, config: { duplicatePolicy: 'reject' } },
    { env: { ACQUIRER_URL: 'https://acquirer.example/v1' }, config: { acquirerUrl: 'https://acquirer.example/v1' } },
    { env: { ACQUIRER_URL: 'in-process:' }, config: { acquirerUrl: 'in-process:' } },
    { env: { ACQUIRER_CONNECTIONS: '8' }, config: { acquirerConnectionsMax: 8 } },
    { env: { ACQUIRER_TIMEOUT_MS: '9999' }, config: { acquirerTimeoutMs: 9_999 } },
    { env: { BANK_URL: 'https://bank.example/v1' }, config: { bankUrl: 'https://bank.example/v1' } },
    { env: { BANK_URL: 'none' }, config: { bankUrl: 'none' } },
    { env: { LEASE_MS: '10001' }, config: { leaseMs: 10_001 } },
    { env: { ANSWERS_KEPT_MS: '3155760000000' }, config: { answersKeptMs: 3_155_760_000_000 } },
    { env: { FEE_BASIS_POINTS: '0' }, config: { feeBasisPoints: 0 } },
    { env: { FEE_FIXED: '{"KRW":100,"USD":0}' }, config: { feeFixedMinor: { KRW: 100, USD: 0 } } },
    {
      env: { SETTLEMENT_TERMS: '{"cycle":"W","cutoff":"18:30","vatMode":"exclusive","accountToken":null}' },
      config: {
        settlementDefaults: {
          ...configFrom({}).settlementDefaults,
          ...{ cycle: 'W', cutoff: '18:30', vatMode: 'exclusive', accountToken: null },
        },
      },
    },
    {
      env: { CAPTURE_WINDOW_MS_BY_METHOD: '{"tok_slow":86400000}' },
      config: { captureWindowMs: 604_800_000, captureWindowMsByMethod: { tok_slow: 86_400_000 } },
    },
    { env: { LOG_LEVEL: 'silent' }, config: { logLevel: 'silent' } },
    { env: { TRACE_SAMPLE_RATIO: '1' }, config: { tracing: undefined } },
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', TRACE_SAMPLE_RATIO: '0' },
      config: { tracing: undefined },
    },
    {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/otlp/',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=shop%20one, authorization=Basic%20YTpi==',
      },
      config: {
        tracing: {
          tracesUrl: 'https://collector.example/otlp/v1/traces',
          headers: { 'x-tenant': 'shop one', authorization: 'Basic YTpi==' },
          sampleRatio: 0.01,
          serviceName: 'payment-backend',
        },
      },
    },
    { env: { DATA_FOLDER: '.data/main' }, config: { dataFolder: '.data/main' } },
    { env: { CONTROL_SOCKET: '/tmp/pay/control.sock' }, config: { controlSocket: '/tmp/pay/control.sock' } },
    { env: { IS_OFFLINE: 'true' }, config: { offline: true, groupTransactions: true } },
    { env: { IS_OFFLINE: 'false' }, config: { offline: false, groupTransactions: false } },
  ])('$env is taken', ({ env, config }) => {
    expect(configFrom(env)).toMatchObject(config)
  })

  test.each<[name: string, value: string]>([
    ['DATABASE_CONNECTIONS', '0'],
    ['DATABASE_CONNECTIONS', 'many'],
    ['KAFKA_SSL', 'yes'],
    ['KAFKA_SASL_MECHANISM', 'SCRAM-SHA-512'],
    ['DUPLICATE_POLICY', 'Replay'],
    ['ACQUIRER_URL', '127.0.0.1:8085'],
    ['ACQUIRER_URL', 'ftp://acquirer.example'],
    ['ACQUIRER_CONNECTIONS', '0'],
    ['BANK_URL', '127.0.0.1:8086'],
    ['BANK_URL', 'in-process:'],
    ['ACQUIRER_TIMEOUT_MS', '0'],
    ['ACQUIRER_TIMEOUT_MS', '1.5'],
    ['ACQUIRER_TIMEOUT_MS', '5s'],
    ['INQUIRY_BACKOFF_MS', '-1'],
    ['CAPTURE_WINDOW_MS', '7 days'],
    ['CAPTURE_WINDOW_MS_BY_METHOD', 'tok_slow=1'],
    ['CAPTURE_WINDOW_MS_BY_METHOD', '{"tok_slow":0}'],
    ['CAPTURE_WINDOW_MS_BY_METHOD', '{"4111111111111111":1}'],
    ['ANSWERS_KEPT_MS', '1295999999'],
    ['ANSWERS_KEPT_MS', '3155760000001'],
    ['OUTBOX_ARCHIVE_AFTER_MS', '0'],
    ['FEE_BASIS_POINTS', '10001'],
    ['FEE_BASIS_POINTS', '-1'],
    ['FEE_FIXED', 'KRW=100'],
    ['FEE_FIXED', '[100]'],
    ['FEE_FIXED', '{"KRW":-1}'],
    ['FEE_FIXED', '{"KRW":0.5}'],
    ['FEE_FIXED', '{"krw":100}'],
    ['SETTLEMENT_TERMS', 'weekly'],
    ['SETTLEMENT_TERMS', '{"period":"W"}'],
    ['SETTLEMENT_TERMS', '{"cycle":"Y"}'],
    ['SETTLEMENT_TERMS', '{"delayDays":91}'],
    ['SETTLEMENT_TERMS', '{"cutoff":"24:01"}'],
    ['SETTLEMENT_TERMS', '{"timezone":"Asia/Nowhere"}'],
    ['SETTLEMENT_TERMS', '{"calendar":"kr"}'],
    ['SETTLEMENT_TERMS', '{"vatMode":"ten"}'],
    ['SETTLEMENT_TERMS', '{"refundFee":null}'],
    ['SETTLEMENT_TERMS', '{"payoutMinMinor":-1}'],
    ['SETTLEMENT_TERMS', '{"disputeFeeMinor":-1}'],
    ['SETTLEMENT_TERMS', '{"accountToken":""}'],
    ['SETTLEMENT_TERMS', '{"heldReason":""}'],
    ['RATE_LIMITS', '{"writes":{}}'],
    ['RATE_LIMITS', '{"reads":{"merchant":{"perSecond":1,"burst":1}}}'],
    ['RATE_LIMITS', '{"reads":{"ip":{"perSecond":0,"burst":1}}}'],
    ['RATE_LIMITS', '{"reads":{"ip":{"perSecond":1,"burst":0}}}'],
    ['RATE_LIMITS', '{"reads":{"ip":{"perSecond":1}}}'],
    ['REQUESTS_WAITING', '-1'],
    ['RECON_WORK_PERCENT', '0'],
    ['RECON_WORK_PERCENT', '101'],
    ['OPERATOR_ORIGINS', '127.0.0.1:5173'],
    ['OPERATOR_ORIGINS', '*'],
    ['OPERATOR_ORIGINS', 'http://127.0.0.1:5173,'],
    ['OPERATOR_ORIGINS', 'http://127.0.0.1:5173/console'],
    ['OPERATOR_ORIGINS', 'http://kim@127.0.0.1:5173'],
    ['OPERATOR_ORIGINS', 'null'],
    ['OPERATOR_ROLE_CLAIM', 'two words'],
    ['LOG_LEVEL', 'loud'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'name=%'],
    ['TRACE_SAMPLE_RATIO', '1.1'],
    ['TRACE_SAMPLE_RATIO', '-0.1'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => configFrom({ [name]: value })).toThrow(new RegExp(`^environment: .*${name}`))
  })

  // Otherwise a second attempt begins while the first still works.
  test.each([
    { name: 'ACQUIRER_TIMEOUT_MS', value: '10000' },
    { name: 'LEASE_MS', value: '10000' },
  ])('acquirer < handler (10 s) < lease: $name=$value is refused', ({ name, value }) => {
    expect(() => configFrom({ [name]: value })).toThrow(name)
  })

  // A producer without a password would be refused by the broker at the first event only.
  test('SASL that is given in part is refused by the names that are missing', () => {
    expect(() => configFrom({ KAFKA_SASL_USERNAME: 'pay' })).toThrow(/KAFKA_SASL_MECHANISM .*KAFKA_SASL_PASSWORD/)
  })

  test('every variable that does not fit is named, at once', () => {
    const env = { LOG_LEVEL: 'loud', FEE_FIXED: 'x', FEE_BASIS_POINTS: 'y' }

    for (const name of Object.keys(env)) expect(() => configFrom(env)).toThrow(name)
  })

  test('no secret is repeated in a refusal', () => {
    expect(() => configFrom({ DATABASE_URL: 'mysql://pay:secret@db/x', LOG_LEVEL: 'loud' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
