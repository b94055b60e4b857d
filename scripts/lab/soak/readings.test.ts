/** What is read out of the texts of Prometheus and Redis, and of a process that opens a file. */
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { apiMetricsFrom } from './api-metrics.ts'
import { processReadings } from './process-readings.ts'
import { redisReadingsFrom } from './redis-readings.ts'

const METRICS = `# HELP nodejs_eventloop_lag_p99_seconds The 99th percentile of the recorded event loop delays.
# TYPE nodejs_eventloop_lag_p99_seconds gauge
nodejs_eventloop_lag_p99_seconds 0.012
nodejs_active_handles{type="Socket"} 40
nodejs_active_handles_total 42
database_connections{state="used"} 3
database_connections{state="idle"} 5
database_connections_max 20
acquirer_connections{state="used"} 1
acquirer_connections{state="idle"} 0
http_request_duration_seconds_bucket{le="0.005",route="GET /payments"} 7
http_request_duration_seconds_sum{route="GET /payments"} 0.5
http_request_duration_seconds_count{route="GET /payments"} 10
http_request_duration_seconds_sum{route="POST /payments/authorize"} 1.5
http_request_duration_seconds_count{route="POST /payments/authorize"} 90
unhandled_rejections_total 0
dead_letters_total 2
`

describe('apiMetricsFrom', () => {
  test('adds up what has labels, and takes no longer name for the one that is meant', () => {
    const { readings, requests, handlerMs } = apiMetricsFrom(METRICS)

    expect(readings).toEqual([
      { kind: 'loopLag', of: 'api', value: 12 },
      { kind: 'handles', of: 'api', value: 42 },
      { kind: 'connections', of: 'api to mariadb', value: 8 },
      { kind: 'connections', of: 'api to the acquirer', value: 1 },
    ])
    expect({ requests, handlerMs }).toEqual({ requests: 100, handlerMs: 2_000 })
  })

  test('names what must stay 0 and has not', () => {
    expect(apiMetricsFrom(METRICS).alarms).toEqual({ dead_letters_total: 2 })
  })
})

describe('redisReadingsFrom', () => {
  const info = '# Clients\r\nconnected_clients:3\r\n# Memory\r\nused_memory:900000\r\nused_memory_dataset:120000\r\n'

  test('counts clients, keys that nothing lets expire, and the bytes of a key', () => {
    expect(redisReadingsFrom(`${info}# Keyspace\r\ndb0:keys=100,expires=98,avg_ttl=1000\r\n`)).toEqual([
      { kind: 'connections', of: 'redis', value: 3 },
      { kind: 'lasting', of: 'redis', value: 2 },
      { kind: 'keySize', of: 'redis', value: 1_200 },
    ])
  })

  test('an empty Redis has no key to measure', () => {
    expect(redisReadingsFrom(`${info}# Keyspace\r\n`).map(({ kind }) => kind)).toEqual(['connections', 'lasting'])
  })
})

const onLinux = process.platform === 'linux' ? test : test.skip

describe('processReadings', () => {
  const filesOf = () => processReadings('me', process.pid).find(({ kind }) => kind === 'files')!.value

  onLinux('an open file is seen, and not any more when it is closed', () => {
    const before = filesOf()
    const opened = Array.from({ length: 20 }, () => openSync(import.meta.filename, 'r'))

    const between = filesOf()
    for (const file of opened) closeSync(file)

    expect(between - before).toBeGreaterThanOrEqual(15)
    expect(between - filesOf()).toBeGreaterThanOrEqual(15)
  })

  onLinux('a process that is gone has none', () => {
    expect(processReadings('gone', 2 ** 30)).toEqual([])
  })
})
