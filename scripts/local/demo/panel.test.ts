/** The demo panel: who may what, what is refused, and what is written of it. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { SECRET_HEADER } from '../../../shared/contracts/console.ts'
import type { OperatorRole } from '../../../shared/contracts/lists.ts'
import type { DemoAudit } from '../clients.ts'
import type { ProcessName, ProcessState } from '../run-file.ts'
import type { SystemPart } from '../supervised-process.ts'
import type { ApiReply, ApiRequest } from './ask-api.ts'
import { DemoPanel, type PanelAnswer } from './panel.ts'

const SHOP = 'http://127.0.0.1:5173'
const START_MS = Date.parse('2026-11-30T09:00:00.000Z')
const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const OTHER_KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XN0'
const COOKIE = `console_session=ops_${'a'.repeat(43)}`
const SECOND = `opx_${'b'.repeat(43)}`
const page = {
  ...{ host: '127.0.0.1:5173', origin: SHOP, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
  ...{ cookie: COOKIE, [SECRET_HEADER]: SECOND },
}

let nowMs: number
let role: OperatorRole
/** What the API answers; a number alone is its status, undefined: it is away. */
let api: (asked: Pick<ApiRequest, 'method' | 'path' | 'body'>) => ApiReply | number | undefined
let asked: Omit<ApiRequest, 'agent'>[]
let done: string[]
let appended: DemoAudit[]
let isDatabaseAway: boolean
let said: string[]
let timers: { atMs: number; work: () => void }[]
let isOurDatabase: boolean
let states: Record<string, ProcessState>
let panel: DemoPanel

const partNamed = (name: ProcessName): SystemPart => {
  const to = (act: string, state: ProcessState) => async () => {
    done.push(`${act} ${name}`)
    states[name] = state
  }
  return {
    name,
    row: () => ({ name, port: 1, state: states[name]!, restarts: 0 }),
    ...{ start: to('start', 'ready'), stop: to('stop', 'stopped'), kill: to('kill', 'restarting') },
    ...{ pause: to('pause', 'paused'), resume: to('resume', 'ready'), killNow: to('killNow', 'stopped') },
  }
}

beforeEach(() => {
  nowMs = START_MS
  role = 'operator'
  asked = []
  done = []
  appended = []
  isDatabaseAway = false
  said = []
  timers = []
  isOurDatabase = true
  states = { mariadb: 'ready', kafka: 'ready', redis: 'external', api: 'ready', web: 'ready' }
  api = ({ path }) => (path === '/operator/session' ? { status: 200, body: { name: 'kim', role } } : 404)
  panel = createPanel()
})

function createPanel(): DemoPanel {
  const parts = (Object.keys(states) as ProcessName[]).map(partNamed)
  return new DemoPanel({
    origins: [SHOP, 'http://127.0.0.1:8080'],
    isOurDatabase,
    parts: () => parts,
    askApi: async request => {
      asked.push(request)
      const reply = api(request)
      if (reply === undefined) throw new Error('reset')
      return typeof reply === 'number' ? { status: reply, body: {} } : reply
    },
    append: async act => {
      if (isDatabaseAway) throw new Error('away')
      done.push(`entry ${act.entry.subject}`)
      appended.push(act)
      return true
    },
    say: text => void said.push(text),
    nowMs: () => nowMs,
    after: (delayMs, work) => {
      const timer = { atMs: nowMs + delayMs, work }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
    every: () => () => {},
    newSeed: () => 4711,
    newRequestId: () => 'demo_1',
  })
}

async function pass(ms: number): Promise<void> {
  nowMs += ms
  for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
    timers.splice(timers.indexOf(timer), 1)
    timer.work()
  }
  await new Promise(setImmediate)
}

type Headers = Record<string, string | undefined>
type Body = Record<string, unknown>
interface Told extends Omit<PanelAnswer, 'body'> {
  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of it.
  body: any
}
const get = (headers: Headers = page, target = '/operator/demo'): Promise<Told> =>
  panel.answer({ method: 'GET', target, headers, body: '' })
const post = (path: string, body: Body = {}, headers: Headers = page): Promise<Told> => {
  const sent = JSON.stringify({ key: KEY, reason: 'to see it', ...body })
  return panel.answer({ method: 'POST', target: `/operator/demo${path}`, headers, body: sent })
}
const refusal = ({ status, body }: Told) => [status, body.code, body.details]

describe('a request of the console’s own page', () => {
  test('is told what runs, by the name and role that the API says', async () => {
    const { status, body, headers } = await get()
    expect([status, headers['x-request-id']]).toEqual([200, 'demo_1'])
    expect(body).toMatchObject({ operator: { name: 'kim', role: 'operator' }, rememberedUntil: null, traffic: null })
    expect(body.parts.map(({ name, acts }: { name: string; acts: string[] }) => [name, acts])).toEqual([
      ['mariadb', ['kill', 'pause', 'stop']],
      ['kafka', ['kill', 'pause', 'stop']],
      ['redis', []],
      ['api', ['kill']],
      ['web', ['kill']],
    ])
  })

  test('is judged by the API with the request’s own headers, and nothing else of it', async () => {
    await get({ ...page, authorization: 'Bearer x', 'x-forwarded-for': '1.2.3.4' })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/operator/session' })
    expect(asked[0]!.headers).toEqual({
      ...{ host: '127.0.0.1:5173', origin: SHOP, 'sec-fetch-site': 'same-origin' },
      ...{ cookie: COOKIE, [SECRET_HEADER]: SECOND },
    })
  })

  test('keeps its request id when that is sane', async () => {
    expect((await get({ ...page, 'x-request-id': 'mine-1' })).headers['x-request-id']).toBe('mine-1')
    expect((await get({ ...page, 'x-request-id': 'a b' })).headers['x-request-id']).toBe('demo_1')
  })
})

describe('nothing is told and nothing done', () => {
  test.each([
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' }],
    ['another origin that says it is ours', { origin: 'http://127.0.0.1:9' }],
    ['a rebound name', { host: 'evil.example:5173', origin: 'http://evil.example:5173' }],
    ['a name that is not in the list', { host: 'localhost:5173', origin: 'http://localhost:5173' }],
    ['the other one of our origins', { origin: 'http://127.0.0.1:8080' }],
    ['no host', { host: undefined }],
  ])('for %s', async (_, headers) => {
    expect(refusal(await get({ ...page, ...headers }))).toEqual([403, 'FORBIDDEN', { reason: 'origin' }])
    expect(refusal(await post('/parts/kafka/kill', {}, { ...page, ...headers }))[0]).toBe(403)
    expect([asked, done]).toEqual([[], []])
  })

  test('for an act without an origin, which a read may lack', async () => {
    const { origin: _, ...without } = page
    expect((await get(without)).status).toBe(200)
    expect(refusal(await post('/parts/kafka/kill', {}, without))).toEqual([403, 'FORBIDDEN', { reason: 'origin' }])
  })

  test.each([
    ['the cookie alone', { [SECRET_HEADER]: undefined }],
    ['the second secret alone', { cookie: undefined }],
    ['two cookies of the name', { cookie: `${COOKIE}; ${COOKIE}` }],
    ['other cookies', { cookie: 'session=1' }],
  ])('for %s', async (_, headers) => {
    expect(refusal(await get({ ...page, ...headers }))).toEqual([401, 'UNAUTHENTICATED', {}])
    expect(refusal(await post('/parts/kafka/kill', {}, { ...page, ...headers }))[0]).toBe(401)
    expect([asked, done]).toEqual([[], []])
  })

  test('for a session that the API does not know', async () => {
    api = () => 401
    expect(refusal(await post('/parts/kafka/kill'))).toEqual([401, 'UNAUTHENTICATED', {}])
    api = () => 403
    expect(refusal(await post('/parts/kafka/kill'))[0]).toBe(403)
    expect(done).toEqual([])
  })

  test('where the database is somebody else’s: there is no panel, and why is said in both languages', async () => {
    isOurDatabase = false
    panel = createPanel()
    const { status, body } = await get()
    expect([status, body.code, body.details]).toEqual([404, 'NOT_FOUND', { reason: 'not_our_database' }])
    expect(body.message).toContain('DATABASE_URL names a database that this starter did not bring')
    expect((await get({ ...page, 'accept-language': 'ko' })).body.message).toContain('스타터가 띄우지 않은')
    expect((await post('/parts/kafka/kill')).status).toBe(404)
    expect([asked, done]).toEqual([[], []])
  })

  test.each([
    ['/parts/kafka/restart', 'POST'],
    ['/parts/../kafka/kill', 'POST'],
    ['/parts/kafka', 'POST'],
    ['/parts/kafka/kill/', 'POST'],
    ['/stop/kafka', 'POST'],
    ['/verify/vrf_01M81Y5M2N7C4X9QK8R3HW6B1D', 'POST'],
    ['/parts/kafka/kill', 'GET'],
    ['', 'DELETE'],
  ])('for %s by %s, which is no route', async (path, method) => {
    const sent = { method, target: `/operator/demo${path}`, headers: page, body: '' }
    expect((await panel.answer(sent)).status).toBe(404)
    expect(done).toEqual([])
  })

  test('for a part that this run does not have', async () => {
    expect((await post('/parts/prometheus/kill')).status).toBe(404)
    expect([done, appended]).toEqual([[], []])
  })
})

describe('who may', () => {
  const acts = ['/parts/kafka/kill', '/parts/kafka/pause', '/traffic/stop'] as const

  test('a viewer looks, and does nothing', async () => {
    role = 'viewer'
    expect((await get()).status).toBe(200)
    for (const path of [...acts, '/traffic', '/clock'])
      expect(refusal(await post(path))).toEqual([403, 'FORBIDDEN', { reason: 'role', needed: 'operator' }])
    expect([done, appended]).toEqual([[], []])
  })

  test.each(['operator', 'approver'] as const)('an %s acts', async one => {
    role = one
    expect((await post('/parts/kafka/kill')).status).toBe(200)
    expect(done).toContain('kill kafka')
  })
})

describe('an act', () => {
  test('is in the audit log before it is done, with who, what, why and under which key, and in the starter’s log', async () => {
    const { status, body } = await post('/parts/mariadb/pause', { seconds: 5 })
    expect(status).toBe(200)
    expect(done).toEqual(['entry mariadb', 'pause mariadb'])
    expect(appended[0]!.entry).toEqual({
      ...{ actor: 'kim', action: 'demo.acted', subject: 'mariadb', reason: 'to see it' },
      details: { act: 'pause', seconds: 5, key: KEY, at: '2026-11-30T09:00:00.000Z' },
    })
    expect(appended[0]!.claim.key).toBe(KEY)
    expect(said).toEqual(['demo panel: kim: pause mariadb seconds=5 (to see it)'])
    expect(body.view.acts).toEqual([
      {
        ...{ at: '2026-11-30T09:00:00.000Z', operator: 'kim', act: 'pause', subject: 'mariadb' },
        isAudited: true,
      },
    ])
  })

  test('is done without its entry when the database does not answer; the page says so, and the entry follows', async () => {
    isDatabaseAway = true
    const { body } = await post('/parts/kafka/kill')
    expect(body.view.acts[0]).toMatchObject({ subject: 'kafka', isAudited: false })
    expect([done, said]).toEqual([['kill kafka'], ['demo panel: kim: kill kafka (to see it)']])
    isDatabaseAway = false
    await pass(5_000)
    expect((await get()).body.acts[0].isAudited).toBe(true)
  })

  test('that another one stands in the way of is a 409 that says why, and its key is free', async () => {
    expect(refusal(await post('/parts/kafka/continue'))).toEqual([
      409,
      'DEMO_CONFLICT',
      { reason: 'state', state: 'ready' },
    ])
    expect(refusal(await post('/parts/redis/kill'))[2]).toMatchObject({ reason: 'not_ours' })
    expect(refusal(await post('/parts/api/stop'))[2]).toMatchObject({ reason: 'state' })
    expect(appended).toEqual([])
    expect((await post('/parts/kafka/kill')).status).toBe(200)
  })

  test('is done once for a key, and a repeat is told so', async () => {
    await post('/parts/kafka/pause', { seconds: 60 })
    const again = await post('/parts/kafka/pause', { seconds: 60 })
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true'])
    expect(done.filter(what => what === 'pause kafka')).toHaveLength(1)
    expect(refusal(await post('/parts/kafka/continue'))).toEqual([
      422,
      'DUPLICATE_REQUEST',
      { reason: 'different_request', differences: [''] },
    ])
  })

  test('wants a key and a reason, and a pause of a minute at most', async () => {
    const problemsOf = async (path: string, body: Body) =>
      (await post(path, body)).body.details.problems?.map((problem: { path: string }) => problem.path)
    expect(await problemsOf('/parts/kafka/kill', { key: undefined })).toEqual(['/key'])
    expect(await problemsOf('/parts/kafka/kill', { key: 'x', reason: ' ' })).toEqual(['/key', '/reason'])
    expect(await problemsOf('/parts/kafka/kill', { seconds: 5 })).toEqual(['/seconds'])
    for (const seconds of [0, 61, 1.5, '5', null])
      expect(await problemsOf('/parts/kafka/pause', { seconds })).toEqual(['/seconds'])
    const noJson = {
      method: 'POST',
      target: '/operator/demo/parts/kafka/kill',
      headers: page,
      body: 'x'.repeat(20_000),
    }
    expect((await panel.answer(noJson)).status).toBe(413)
    const form = { ...page, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post('/parts/kafka/kill', {}, form)).status).toBe(415)
    expect(done).toEqual([])
  })

  test('of a pause without a length is 18 s long, and ends by itself', async () => {
    await post('/parts/kafka/pause')
    await pass(17_999)
    expect(states.kafka).toBe('paused')
    await pass(1)
    expect(states.kafka).toBe('ready')
  })

  test('a reason that would move the terminal’s cursor is made harmless', async () => {
    await post('/parts/kafka/kill', { reason: 'x\u001b[2J' })
    expect(said[0]).toContain('x\\u{1b}[2J')
  })
})

describe('while the API gives no answer', () => {
  test.each([undefined, 502, 503, 504, 429, 500])(
    '(%p) whoever was known a moment ago may act, and is told until when',
    async status => {
      await get()
      api = () => status
      expect((await get()).body.rememberedUntil).toBe('2026-11-30T09:01:00.000Z')
      expect((await post('/parts/kafka/kill')).status).toBe(200)
      nowMs += 61_000
      // The kill began an outage, which the API has not ended: for five minutes at most.
      expect((await post('/parts/mariadb/kill', { key: OTHER_KEY })).status).toBe(200)
      nowMs = START_MS + 301_000
      const { status: late, body } = await get()
      expect([late, body.code, body.details]).toEqual([503, 'SERVICE_UNAVAILABLE', { reason: 'who_is_unknown' }])
      expect(body.message).toContain('npm run service')
    },
  )

  test('nobody is let in who was not known, and a viewer stays one', async () => {
    api = () => undefined
    expect((await get()).status).toBe(503)
    role = 'viewer'
    api = ({ path }) => (path === '/operator/session' ? { status: 200, body: { name: 'lee', role } } : 404)
    await get()
    api = () => undefined
    expect((await get()).status).toBe(200)
    expect(refusal(await post('/parts/kafka/kill'))[0]).toBe(403)
  })

  test('an API that has said no is not overridden by what it said before', async () => {
    await get()
    api = () => 401
    await get()
    api = () => undefined
    expect((await get()).status).toBe(503)
  })
})

describe('traffic', () => {
  const wish = { ratePerSecond: 50, lengthSeconds: 300 }

  test('is begun with a seed that is drawn and told, is the only one, and is stopped', async () => {
    const { body } = await post('/traffic', wish)
    expect(body.view.traffic).toMatchObject({ isOn: true, seed: 4711, askedBy: 'kim', ...wish })
    expect(appended.at(-1)!.entry).toMatchObject({ subject: 'traffic', details: { act: 'traffic', seed: 4711 } })
    expect(refusal(await post('/traffic', { ...wish, key: OTHER_KEY }))[2]).toEqual({ reason: 'traffic_is_on' })
    expect((await post('/traffic/stop', { key: OTHER_KEY })).body.view.traffic.isOn).toBe(false)
    expect(refusal(await post('/traffic/stop', { key: `${OTHER_KEY.slice(0, -1)}1` }))[2]).toEqual({
      reason: 'traffic_is_off',
    })
  })

  test.each([
    ['ratePerSecond', 51],
    ['ratePerSecond', 0],
    ['lengthSeconds', 301],
    ['seed', -1],
    ['seed', 0x1_0000_0000],
  ])('with a %s of %d is refused', async (name, value) => {
    const { status, body } = await post('/traffic', { ...wish, [name]: value })
    expect([status, body.details.problems[0].path]).toEqual([400, `/${name}`])
    expect((await get()).body.traffic).toBeNull()
  })
})

describe('the clock', () => {
  const withClock = (answer: ApiReply | number | undefined) => {
    api = ({ path }) => (path === '/operator/session' ? { status: 200, body: { name: 'kim', role } } : answer)
  }

  test('is moved by the sandbox’s own route', async () => {
    withClock({ status: 200, body: { now: '2026-12-08T09:00:00.000Z', expired: 2 } })
    const { body } = await post('/clock', { advance: 'P8D' })
    expect(body.moved).toEqual({ now: '2026-12-08T09:00:00.000Z', target: null, expired: 2 })
    expect(asked.at(-1)).toMatchObject({ method: 'POST', path: '/sandbox/clock', body: { advance: 'P8D' } })
    expect(appended.at(-1)!.entry).toMatchObject({ subject: 'clock', details: { act: 'clock', advance: 'P8D' } })
  })

  test.each([undefined, 503, 404])(
    'whose answer (%p) does not say is unknown, and the key does not move it once more',
    async answer => {
      withClock(answer)
      for (let time = 0; time < 2; time++)
        expect(refusal(await post('/clock', { advance: 'P1D' }))).toEqual([503, 'OUTCOME_UNKNOWN', { reason: 'clock' }])
      expect(asked.filter(({ path }) => path === '/sandbox/clock')).toHaveLength(1)
    },
  )

  test('is moved by forty days at most', async () => {
    for (const advance of ['P41D', 'P1M', '', undefined]) expect((await post('/clock', { advance })).status).toBe(400)
    expect(asked.filter(({ path }) => path === '/sandbox/clock')).toEqual([])
  })
})

test('when the starter ends, what is paused goes on and the traffic is over', async () => {
  await post('/parts/kafka/pause', { seconds: 60 })
  await post('/traffic', { ratePerSecond: 1, lengthSeconds: 60, key: OTHER_KEY })
  await panel.close()
  expect(done.at(-1)).toBe('resume kafka')
  expect((await get()).body.traffic.isOn).toBe(false)
})

test('what goes wrong here is a 500 that says nothing of it, and the starter’s log has it', async () => {
  api = () => {
    throw new Error('reset')
  }
  panel = new DemoPanel({
    ...({} as never as ConstructorParameters<typeof DemoPanel>[0]),
    origins: [SHOP],
    isOurDatabase: true,
    nowMs: () => 0,
    say: text => void said.push(text),
    newRequestId: () => 'demo_1',
  })
  const { status, body } = await get()
  // Without a way to ask the API: a bug of ours.
  expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR'])
  expect(JSON.stringify(body)).not.toContain('askApi')
  expect(said[0]).toContain('askApi')
})
