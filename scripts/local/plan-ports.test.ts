import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { projectRoot } from './paths.ts'
import { externalPort, planPorts, usualPorts } from './plan-ports.ts'
import { anyFreePort } from './ports.ts'

const composeText = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8')
let holder: Server
let takenPort: number
let ports: Record<string, string>

beforeEach(async () => {
  holder = createServer()
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
  takenPort = (holder.address() as AddressInfo).port
  const taken = new Set<number>()
  ports = {}
  for (const name of ['API_PORT', 'WEB_PORT', 'MARIADB_PORT', 'KAFKA_PORT', 'REDIS_PORT', 'ACQUIRER_PORT', 'BANK_PORT'])
    ports[name] = String(await anyFreePort(taken))
})
afterEach(() => new Promise(resolve => holder.close(resolve)))

const plan = (env: Record<string, string>, web = true) => planPorts({ composeText, free: false, web, env })

describe('ports', () => {
  test('are the usual ones when they are free', async () => {
    const { services, acquirer, bank, api, web, notes } = await plan(ports)
    expect({ ...services, acquirer, bank, api, web }).toEqual({
      mariadb: Number(ports.MARIADB_PORT),
      kafka: Number(ports.KAFKA_PORT),
      redis: Number(ports.REDIS_PORT),
      acquirer: Number(ports.ACQUIRER_PORT),
      bank: Number(ports.BANK_PORT),
      api: Number(ports.API_PORT),
      web: Number(ports.WEB_PORT),
    })
    expect(notes).toEqual([])
  })

  test("of a service that is taken: the next free one, and one line that says so and names the holder's pid", async () => {
    const { services, notes } = await plan({ ...ports, REDIS_PORT: String(takenPort) })
    expect(services.redis).toBeGreaterThan(takenPort)
    expect(notes).toEqual([expect.stringContaining(`${takenPort} is taken by ${process.pid}`)])
    expect(notes[0]).toContain(`redis gets ${services.redis} (REDIS_PORT changes it)`)
  })

  test.each([
    ['acquirer', 'ACQUIRER_PORT'],
    ['bank', 'BANK_PORT'],
  ] as const)('of the %s that is taken: the next free one, in one line', async (name, variable) => {
    const { [name]: port, notes } = await plan({ ...ports, [variable]: String(takenPort) })
    expect(port).toBeGreaterThan(takenPort)
    expect(notes).toEqual([expect.stringContaining(`${name} gets ${port} (${variable} changes it)`)])
  })

  test('of Prometheus: none without it; 9090 or the next free one with it', async () => {
    expect(await plan({ ...ports, PROMETHEUS_PORT: String(takenPort) })).toMatchObject({ prometheus: 0, notes: [] })
    const env = { ...ports, PROMETHEUS_PORT: String(takenPort) }
    const { prometheus, notes } = await planPorts({ composeText, free: false, web: true, metrics: true, env })
    expect(prometheus).toBeGreaterThan(takenPort)
    expect(notes).toEqual([expect.stringContaining(`prometheus gets ${prometheus} (PROMETHEUS_PORT changes it)`)])
  })

  test.each([
    ['acquirer', 'ACQUIRER_URL', 'ACQUIRER_PORT'],
    ['bank', 'BANK_URL', 'BANK_PORT'],
  ])(
    "of somebody else's %s is that of its address, and the doctor does not look at ours",
    async (name, url, variable) => {
      const env = { ...ports, [url]: `http://127.0.0.1:${takenPort}` }
      expect(await plan(env)).toMatchObject({ [name]: takenPort, notes: [] })
      expect(usualPorts(env).map(usual => usual.name)).not.toContain(name)
      expect(usualPorts(ports)).toContainEqual({ name, port: Number(ports[variable]), variable, movable: true })
    },
  )

  test.each([
    ['API_PORT', 'which the API needs'],
    ['WEB_PORT', 'which the shop needs'],
  ])('of the front, when %s is taken: an error with pid, command and the variable', async (variable, sentence) => {
    const failure = await plan({ ...ports, [variable]: String(takenPort) }).catch(error => error)
    expect(failure.message).toContain(`port ${takenPort}, ${sentence}, is taken by pid ${process.pid}: `)
    expect(failure.message).toContain('jest')
    expect(failure.fix).toContain(`${variable}=${takenPort + 1} npm start`)
  })

  test.each(['-1', '0', 'abc', '65536', '1e3'])('%s is no port: the failure names the variable', async text => {
    const failure = await plan({ ...ports, API_PORT: text }).catch(error => error)
    expect(failure.message).toBe('API_PORT is no port')
    expect(() => usualPorts({ WEB_PORT: text })).toThrow('WEB_PORT is no port')
  })

  test('of the shop do not matter without the shop', async () => {
    await expect(plan({ ...ports, WEB_PORT: String(takenPort) }, false)).resolves.toMatchObject({ web: 0 })
  })

  test("of somebody else's service are read from its address, taken or not", async () => {
    const { services, notes } = await plan({ ...ports, REDIS_URL: `redis://127.0.0.1:${takenPort}/0` })
    expect(services.redis).toBe(takenPort)
    expect(notes).toEqual([])
  })

  test('are all different when any free ones will do', async () => {
    const {
      services,
      notes: _,
      ...others
    } = await planPorts({ composeText, free: true, web: true, metrics: true, env: {} })
    const all = [...Object.values(services), ...Object.values(others)]
    expect(all).toHaveLength(10)
    expect(new Set(all).size).toBe(10)
  })
})

test.each([
  ['mysql://u:p@db.example/pay', 3306],
  ['mysql://u:p@db.example:13306/pay', 13_306],
  ['broker-1:19092,broker-2:9092', 19_092],
  ['broker-1', 9092],
  ['redis://cache/0', 6379],
  ['https://acquirer.example', 443],
])('the port of %s is %d', (address, port) => {
  expect(externalPort(address)).toBe(port)
})
