/** `custom.kafkaEvents`: defaults, what is taken, what is refused. */
import { describe, expect, test } from '@jest/globals'
import { readLocalSettings } from './local-settings.ts'

function read(value: unknown) {
  const problems: string[] = []
  return { settings: readLocalSettings(value, problem => problems.push(problem)), problems }
}

const defaults = {
  brokers: undefined,
  discardWithoutDestination: false,
  ssl: undefined,
  sasl: undefined,
  sessionTimeoutMs: 10_000,
  drainTimeoutMs: 8000,
  ignoreSchemaRegistry: false,
  logFormat: 'text',
  partitionsInFlightMax: 16,
  partitionsPerEventMax: 1,
  statusPort: undefined,
}
const login = { mechanism: 'scram-sha-512', username: 'u', password: 'secret' }

describe('readLocalSettings', () => {
  test.each([[undefined], [null], [{}]])('has a default for everything: %j', value => {
    expect(read(value)).toEqual({ settings: defaults, problems: [] })
  })

  test.each([
    [{ bootstrapServers: 'a:1, b:2' }, { brokers: ['a:1', 'b:2'] }],
    [{ bootstrapServers: ['a:1', 'b:2,c:3'] }, { brokers: ['a:1', 'b:2', 'c:3'] }],
    [
      { sessionTimeoutMs: '6000', drainTimeoutMs: '0' },
      { sessionTimeoutMs: 6000, drainTimeoutMs: 0 },
    ],
    [
      { partitionsInFlightMax: 1, partitionsPerEventMax: 12 },
      { partitionsInFlightMax: 1, partitionsPerEventMax: 12 },
    ],
    [{ statusPort: 0 }, { statusPort: 0 }],
    [{ logFormat: 'json' }, { logFormat: 'json' }],
    [{ statusPort: '8091' }, { statusPort: 8091 }],
    [{ discardWithoutDestination: 'true' }, { discardWithoutDestination: true }],
    [{ ignoreSchemaRegistry: 'true' }, { ignoreSchemaRegistry: true }],
    [{ ssl: true }, { ssl: true }],
    [{ ssl: 'false' }, { ssl: false }],
    [{ ssl: { ca: 'PEM', rejectUnauthorized: 'false' } }, { ssl: { ca: 'PEM', rejectUnauthorized: false } }],
    [{ ssl: { ca: ['PEM', 'PEM2'], cert: 'C', key: 'K' } }, { ssl: { ca: ['PEM', 'PEM2'], cert: 'C', key: 'K' } }],
    [{ sasl: login }, { sasl: login }],
    [{ sasl: { ...login, mechanism: 'plain' } }, { sasl: { ...login, mechanism: 'plain' } }],
    // What `${env:NAME, ''}` gives where there is no NAME.
    [{ bootstrapServers: '', statusPort: '', ssl: '', sessionTimeoutMs: '' }, {}],
    [{ sasl: { mechanism: '', username: '', password: '' } }, {}],
  ])('takes %j', (value, settings) => {
    expect(read(value)).toEqual({ settings: { ...defaults, ...settings }, problems: [] })
  })

  test.each([
    ['localhost:9092', ['custom.kafkaEvents must be a map']],
    [{ brokers: 'a:1' }, ['custom.kafkaEvents.brokers is not a known setting']],
    [
      { bootstrapServers: 'a' },
      ['custom.kafkaEvents.bootstrapServers must be host:port, several as a list or separated by commas'],
    ],
    [
      { bootstrapServers: [] },
      ['custom.kafkaEvents.bootstrapServers must be host:port, several as a list or separated by commas'],
    ],
    [{ sessionTimeoutMs: 10 }, ['custom.kafkaEvents.sessionTimeoutMs must be a whole number from 1000 to 1800000']],
    [{ drainTimeoutMs: -1 }, ['custom.kafkaEvents.drainTimeoutMs must be a whole number from 0 to 900000']],
    [{ partitionsInFlightMax: 0 }, ['custom.kafkaEvents.partitionsInFlightMax must be a whole number from 1 to 1000']],
    [
      { partitionsPerEventMax: 'all' },
      ['custom.kafkaEvents.partitionsPerEventMax must be a whole number from 1 to 1000'],
    ],
    [{ statusPort: 70_000 }, ['custom.kafkaEvents.statusPort must be a whole number from 0 to 65535']],
    [{ discardWithoutDestination: 'no' }, ['custom.kafkaEvents.discardWithoutDestination must be true or false']],
    [{ ignoreSchemaRegistry: 1 }, ['custom.kafkaEvents.ignoreSchemaRegistry must be true or false']],
    [{ ssl: 'maybe' }, ['custom.kafkaEvents.ssl must be true or false']],
    [{ ssl: { caFile: 'x' } }, ['custom.kafkaEvents.ssl.caFile is not a known setting']],
    [{ ssl: { ca: 5 } }, ['custom.kafkaEvents.ssl.ca must be a non-empty text']],
    [{ ssl: { cert: 'C' } }, ['custom.kafkaEvents.ssl must have cert and key together']],
    [{ sasl: 'plain' }, ['custom.kafkaEvents.sasl must be a map']],
    [
      { sasl: { mechanism: 'plain' } },
      ['custom.kafkaEvents.sasl.username is missing', 'custom.kafkaEvents.sasl.password is missing'],
    ],
    [
      { sasl: { ...login, mechanism: 'oauthbearer' } },
      ['custom.kafkaEvents.sasl.mechanism must be one of plain, scram-sha-256, scram-sha-512'],
    ],
    [{ sasl: { ...login, user: 'u' } }, ['custom.kafkaEvents.sasl.user is not a known setting']],
  ])('refuses %j', (value, problems) => {
    expect(read(value).problems).toEqual(problems)
  })
})
