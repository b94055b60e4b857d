// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Compose writes a variable.
/** docker-compose.yml: valid by the specification's own schema, by our rules, and of one mind with itself wherever a port is named. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { retentionFlags } from '../../scripts/local/prometheus.ts'
import { type ComposeFile, composeFile, composeText } from '../support/images/compose.ts'
import { brokenRules, unequalDefaults } from '../support/images/compose-rules.ts'
import { parseDockerfile } from '../support/images/dockerfile.ts'
import { repositoryFolder } from '../support/system.ts'

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const finalStage = (dockerfile: string) => parseDockerfile(textOf(dockerfile)).at(-1)!
const facts = { hasHealthcheck: (dockerfile: string) => /^HEALTHCHECK\s(?!NONE)/m.test(textOf(dockerfile)) }

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
const fitsSchema = ajv.compile(JSON.parse(textOf('test/support/compose-spec/compose-spec.json')))
const schemaProblems = (file: ComposeFile) =>
  fitsSchema(file) ? [] : (fitsSchema.errors ?? []).map(error => `${error.instancePath} ${error.message}`)

/** The file with one text replaced. */
function changed(from: string | RegExp, to: string): ComposeFile {
  const text = composeText().replace(from, to)
  expect(text).not.toBe(composeText())
  return composeFile({}, text)
}

describe('docker-compose.yml', () => {
  test('fits the schema of the Compose Specification', () => {
    expect(schemaProblems(composeFile())).toEqual([])
  })

  test('fits our rules', () => {
    // The engine of the profile `ci`: nothing less runs containers in a container.
    const accepted = ['jenkins-docker is privileged']
    expect(brokenRules(composeFile(), facts).filter(problem => !accepted.includes(problem))).toEqual([])
  })

  test('gives each variable one default', () => {
    expect(unequalDefaults(composeText())).toEqual([])
    expect(unequalDefaults('${A:-1} ${B:-2} ${A:-3}')).toEqual(['A'])
  })

  test('brings up the three services alone when only they are asked for', () => {
    const { services } = composeFile()
    for (const name of ['mariadb', 'kafka', 'redis'])
      expect({ name, depends: services[name]?.depends_on, profiles: services[name]?.profiles }).toEqual({ name })
  })

  test('brings up the whole product when nothing is asked for', () => {
    const { services } = composeFile()
    const usual = Object.entries(services).filter(([, service]) => service.profiles === undefined)
    expect(usual.map(([name]) => name).sort()).toEqual([
      'acquirer',
      'api',
      'bank',
      'kafka',
      'mariadb',
      'migrate',
      'redis',
      'web',
    ])
  })

  test('tells the one that prepares everything that it tells the API, so that a typing error is found first', () => {
    const { services } = composeFile({ LEASE_MS: '5' })
    expect(services.migrate?.environment).toEqual(services.api?.environment)
    expect(services.migrate?.environment).toMatchObject({ LEASE_MS: '5' })
  })

  test('runs a load scenario with what the scenario reads, and only when asked to', () => {
    const { k6 } = composeFile({ LOAD_SCENARIO: 'soak-conflicts' }).services
    expect(k6).toMatchObject({
      profiles: ['load'],
      restart: 'no',
      command: ['run', '/load/scenarios/soak-conflicts.ts'],
    })
    expect(k6!.volumes).toEqual(['./test/load:/load:ro'])
    const texts = ['settings.ts', 'run.ts', 'summary/summary.ts'].map(file => textOf(`test/load/${file}`)).join('\n')
    for (const name of ['BASE_URL', 'SEED', 'TIME_SCALE', 'RATE_SCALE', 'REPORT_FOLDER'])
      expect({ name, read: texts.includes(name), given: name in k6!.environment! }).toEqual({
        name,
        read: true,
        given: true,
      })
    expect(() => textOf('test/load/scenarios/smoke.ts')).not.toThrow()
  })

  test.each(['migrate', 'acquirer', 'bank', 'api', 'web', 'k6'])('takes from %s whatever it can do without', name => {
    expect(composeFile().services[name]).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] })
  })
})

describe('the schema refuses', () => {
  test.each([
    ['a word that it does not know', /restart: unless-stopped/, 'restartt: unless-stopped', '/services/mariadb'],
    ['a condition that there is none of', 'condition: service_healthy', 'condition: healthy', '/condition'],
    ['a list in the environment', 'AUTO_CREATE_TOPICS_ENABLE: "false"', 'X: [1]', '/environment'],
  ])('%s', (_, from, to, place) => {
    expect(schemaProblems(changed(from, to)).join('\n')).toContain(place)
  })
})

describe('our rules refuse', () => {
  test.each([
    ['a port on every address', '"127.0.0.1:${API_PORT:-8080}', '"0.0.0.0:${API_PORT:-8080}', 'api publishes'],
    ['a port on any interface', '"127.0.0.1:${API_PORT:-8080}:8080"', '"8080"', 'api publishes "8080"'],
    ['a floating tag', 'redis:7.2.11-alpine', 'redis:7.2-alpine', 'redis uses redis:7.2-alpine'],
    ['no tag', 'mariadb:10.11.11', 'mariadb', 'mariadb uses mariadb,'],
    ['`latest`', 'apache/kafka:4.2.2', 'apache/kafka:latest', 'kafka uses apache/kafka:latest'],
    ['no health check', /healthcheck:\n.*redis-cli.*\n.*\n.*\n.*\n/, '', 'redis runs for long without a health check'],
    ['no restart', 'restart: unless-stopped', 'restart: always', 'mariadb has restart: always'],
    ['a dependency that is only started', /(redis: \{ condition:) service_healthy/, '$1 service_started', 'api waits'],
    ['a dependency that is not there', 'redis: { condition', 'valkey: { condition', 'api depends on valkey'],
    ['privileges', 'cap_drop: ["ALL"]', 'privileged: true', 'migrate is privileged'],
    ['an engine that comes up unasked', '-dind\n    profiles: [ci]', '-dind', 'jenkins-docker is privileged'],
    ['what may gain privileges', 'security_opt: ["no-new-privileges:true"]', '', 'mariadb may gain privileges'],
    ['a container of a fixed name', 'image: mariadb', 'container_name: db\n    image: mariadb', 'mariadb has a name'],
  ])('%s', (_, from, to, sentence) => {
    const found = brokenRules(changed(from, to), facts)
    expect(found.filter(problem => problem.startsWith(sentence))).not.toEqual([])
  })

  test('a one-shot that nobody waits for', () => {
    const file = composeFile()
    delete file.services.api!.depends_on!.migrate
    expect(brokenRules(file, facts)).toContain('migrate ends, and nobody waits for its success')
  })
})

const moved = {
  MARIADB_PORT: '13306',
  KAFKA_PORT: '19092',
  REDIS_PORT: '16379',
  ACQUIRER_PORT: '18085',
  BANK_PORT: '18086',
  API_PORT: '18080',
  WEB_PORT: '15173',
  MARIADB_PASSWORD: 'other',
}

/** The files of ours that a service sees, by where it sees them. */
function mounted(name: string): Record<string, string> {
  const volumes = (composeFile().services[name]!.volumes as string[]).filter(volume => volume.startsWith('./'))
  expect(volumes.filter(volume => !volume.endsWith(':ro'))).toEqual([])
  return Object.fromEntries(volumes.map(volume => volume.split(':').slice(0, 2).reverse()))
}

describe('the profile `metrics`', () => {
  const { prometheus, grafana, api } = composeFile().services

  test('comes up only when it is asked for, behind the API', () => {
    expect([prometheus?.profiles, grafana?.profiles]).toEqual([['metrics'], ['metrics']])
    expect(prometheus?.depends_on).toEqual({ api: { condition: 'service_healthy' } })
    expect(grafana?.depends_on).toEqual({ prometheus: { condition: 'service_healthy' } })
  })

  test('Prometheus reads its own folder, asks the API inside, and keeps as little as the native one', () => {
    const [folder = ''] = Object.values(mounted('prometheus'))
    expect(prometheus?.command).toContain('--config.file=/etc/prometheus/prometheus.yml')
    const config = parse(textOf(`${folder}/prometheus.yml`))
    const inside = api?.ports?.[0]?.split(':').at(-1)
    expect(config.scrape_configs[0].static_configs[0].targets).toEqual([`api:${inside}`])
    for (const file of config.rule_files) expect(textOf(`${folder}/${file}`)).toContain('groups:')
    const limits = (args: readonly string[] = []) => args.filter(arg => arg.startsWith('--storage.tsdb.retention'))
    expect(limits(prometheus?.command)).toHaveLength(2)
    expect(limits(prometheus?.command)).toEqual(retentionFlags)
  })

  test('Grafana has source and boards from our files, its home too, and nobody who could change them', () => {
    const files = mounted('grafana')
    const sources = parse(textOf(`${files['/etc/grafana/provisioning']}/datasources/prometheus.yml`)).datasources
    expect(sources[0].url).toBe('http://prometheus:9090')
    const { providers } = parse(textOf(`${files['/etc/grafana/provisioning']}/dashboards/boards.yml`))
    const boards = files[providers[0].options.path]
    const home = grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH
    expect(textOf(String(home).replace('/etc/grafana/boards', boards!))).toContain('"uid": "payments"')
    expect(grafana?.environment).toMatchObject({
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    })
  })

  test('moves with its variables', () => {
    const { services } = composeFile({ PROMETHEUS_PORT: '19090', GRAFANA_PORT: '13000' })
    expect(services.prometheus?.ports).toEqual(['127.0.0.1:19090:9090'])
    expect(services.grafana?.ports).toEqual(['127.0.0.1:13000:3000'])
  })
})

/** The two sides of a published port. */
function published(file: ComposeFile, name: string): { host: string; inside: string } {
  const [, host = '', inside = ''] = (file.services[name]?.ports?.[0] ?? '').split(':')
  return { host, inside }
}

const listeners = (value: unknown) =>
  Object.fromEntries(
    String(value)
      .split(',')
      .map(one => one.split('://') as [string, string]),
  )

describe.each([
  ['the usual ports', {}],
  ['other ports', moved],
  ["Kafka on its own inside listeners' ports", { KAFKA_PORT: '9094' }],
  ["Kafka on the controller's port", { KAFKA_PORT: '9093' }],
] as [string, Partial<typeof moved>][])('with %s', (_, env) => {
  const file = composeFile(env)
  const environment = (name: string) => file.services[name]?.environment ?? {}
  const kafka = environment('kafka')

  test('each service is published where its variable says', () => {
    const names = ['mariadb', 'kafka', 'redis', 'acquirer', 'bank', 'api', 'web']
    const ports = Object.keys(file.services).filter(name => names.includes(name))
    const standard = {
      MARIADB_PORT: '3306',
      KAFKA_PORT: '9092',
      REDIS_PORT: '6379',
      ACQUIRER_PORT: '8085',
      BANK_PORT: '8086',
      API_PORT: '8080',
      WEB_PORT: '5173',
    }
    const wanted: Record<string, string> = { ...standard, ...env }
    for (const name of ports) expect(published(file, name).host).toBe(wanted[`${name.toUpperCase()}_PORT`])
  })

  test('Kafka advertises outside the published port, inside its own name, and listens on three different ports', () => {
    const advertised = listeners(kafka.KAFKA_ADVERTISED_LISTENERS)
    const bound = listeners(kafka.KAFKA_LISTENERS)
    expect(advertised).toEqual({
      INSIDE: `kafka${bound.INSIDE}`,
      OUTSIDE: `127.0.0.1:${published(file, 'kafka').host}`,
    })
    expect(bound.OUTSIDE).toBe(`:${published(file, 'kafka').inside}`)
    expect(new Set(Object.values(bound).map(address => address.split(':').at(-1))).size).toBe(3)
    const known = listeners(String(kafka.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).replaceAll(':', '://'))
    expect(Object.keys(known).sort()).toEqual(Object.keys(bound).sort())
    expect(file.services.kafka?.healthcheck?.test?.join(' ')).toContain(`--bootstrap-server ${advertised.INSIDE} `)
  })

  test.each(['api', 'migrate'])('%s finds MariaDB and Kafka inside', name => {
    const { MARIADB_USER, MARIADB_PASSWORD, MARIADB_DATABASE } = environment('mariadb')
    const { inside } = published(file, 'mariadb')
    expect(environment(name)).toMatchObject({
      DATABASE_URL: `mysql://${MARIADB_USER}:${MARIADB_PASSWORD}@mariadb:${inside}/${MARIADB_DATABASE}`,
      KAFKA_BROKERS: listeners(kafka.KAFKA_ADVERTISED_LISTENERS).INSIDE,
    })
  })

  test('the API finds Redis, the acquirer and the bank inside, the acquirer the bank, and the shop the API', () => {
    const { REDIS_URL, ACQUIRER_URL, BANK_URL } = environment('api')
    expect(REDIS_URL).toBe(`redis://redis:${published(file, 'redis').inside}/0`)
    expect(ACQUIRER_URL).toBe(`http://acquirer:${published(file, 'acquirer').inside}`)
    expect(BANK_URL).toBe(`http://bank:${published(file, 'bank').inside}`)
    expect(environment('acquirer').BANK_URL).toBe(BANK_URL)
    expect(environment('web').API_URL).toBe(`http://api:${published(file, 'api').inside}`)
  })

  test.each([
    ['acquirer', 'ACQUIRER_PORT', 'ACQUIRER_DATA'],
    ['bank', 'BANK_PORT', 'BANK_DATA'],
  ])(
    'the %s listens where it is published, is asked there for its health, and keeps its journal in a volume',
    (name, portName, dataName) => {
      const { HOST, [portName]: port, [dataName]: data } = environment(name)
      expect({ HOST, port: String(port) }).toEqual({ HOST: '0.0.0.0', port: published(file, name).inside })
      expect(file.services[name]?.healthcheck?.test?.join(' ')).toContain(`http://127.0.0.1:${port}/health`)
      expect(file.services[name]?.volumes).toEqual([`${name}:${data}`])
      expect(textOf('deploy/images/api/Dockerfile')).toContain(String(data).replace('/app/', ''))
    },
  )

  test('the images listen where Compose publishes', () => {
    expect(finalStage('deploy/images/api/Dockerfile').env.API_PORT).toBe(published(file, 'api').inside)
    expect(finalStage('deploy/images/web/Dockerfile').env.WEB_PORT).toBe(published(file, 'web').inside)
  })
})

test('the API in its container gets every variable that serverless.yml reads on a laptop', () => {
  // The listening side of the container is fixed; the next two are for tests and measurements on a laptop; the Kafka beside it is
  // reached without TLS and login, whatever the laptop's own environment says of another one.
  const notForContainers = ['API_PORT', 'API_LAMBDA_PORT', 'KAFKA_SESSION_TIMEOUT_MS', 'OFFLINE_LOCATION']
  notForContainers.push(
    'KAFKA_SSL',
    'KAFKA_SASL_MECHANISM',
    'KAFKA_SASL_USERNAME',
    'KAFKA_SASL_PASSWORD',
    'KAFKA_SASL_LOGIN',
    'SERVICE_URLS',
  )
  const read = `${textOf('serverless.yml')}${textOf('deploy/stages/local.yml')}`.matchAll(/\$\{env:([A-Z_]+)/g)
  const names = [...new Set([...read].map(match => match[1]!))].filter(name => !notForContainers.includes(name))
  expect(names.length).toBeGreaterThan(8)
  const given = Object.keys(composeFile().services.api?.environment ?? {})
  expect(names.filter(name => !given.includes(name))).toEqual([])
})
