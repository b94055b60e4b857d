/** The sandbox clock's way: from due time to due time, all work done where it falls due, told to others first, and never back. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ProcessClock } from '../runtime/process-clock.ts'
import { advanceClock, TARGET_OFFSET_MS_MAX } from './advance-clock.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, createFakePorts, FAKE_NOW_MS } from './fakes.ts'
import { DependencyUnavailableError, type FollowingClock, VIRTUAL_AGE_MS_MAX } from './ports.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const WINDOW_MS = 7 * DAY_MS

const WORK_MS = 7_500

const minuteAfter = (timeMs: number): number => Math.ceil(timeMs / MINUTE_MS) * MINUTE_MS

class FakeFollower implements FollowingClock {
  readonly told: number[] = []
  away = false

  async advanceTo(offsetMs: number): Promise<void> {
    if (this.away) throw new DependencyUnavailableError('the acquirer is away')
    this.told.push(offsetMs)
  }
}

/** One process of the sandbox over the fakes; further processes share them. */
function setUp() {
  const fakes = createFakePorts()
  const follower = new FakeFollower()
  const real = fakes.clock
  const process = () => {
    const clock = new ProcessClock({ shared: fakes.sandboxClock, real, monotonic: real })
    const ports = { ...fakes, clock, followingClocks: [follower] }
    const advance = (advanceMs: number) => advanceClock(ports, clock, { advanceMs, workMs: WORK_MS })
    return { clock, ports, advance }
  }
  return { ...process(), fakes, follower, real, process }
}

let key = 0
const nextKey = () => `key-${++key}`

type Sandbox = ReturnType<typeof setUp>

async function authorized({ ports }: Pick<Sandbox, 'ports'>): Promise<string> {
  return bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf(nextKey()), { ...caller })).paymentId
}

const paymentOf = ({ fakes }: Sandbox, paymentId: string) =>
  fakes.payments.table.rows().find(row => row.paymentId === paymentId)!
const expiryOf = ({ fakes }: Sandbox, paymentId: string) =>
  fakes.operations.table.rows().find(row => row.paymentId === paymentId && row.kind === 'expire')

let sandbox: Sandbox
beforeEach(() => {
  sandbox = setUp()
})

describe('an advance', () => {
  test('with nothing to do goes there, and says so when every process must know', async () => {
    const { advance, clock, real } = sandbox

    expect(await advance(8 * DAY_MS)).toEqual({
      kind: 'arrived',
      position: { offsetMs: 8 * DAY_MS, targetOffsetMs: 8 * DAY_MS },
      counts: { expired: 0, resolved: 0, pruned: 0, settled: 0 },
    })

    expect(clock.virtualNowMs() - clock.nowMs()).toBe(8 * DAY_MS)
    expect(real.nowMs()).toBeGreaterThanOrEqual(FAKE_NOW_MS + VIRTUAL_AGE_MS_MAX)
  })

  test('lets each hold go in its due minute, not at the end', async () => {
    const [first] = [await authorized(sandbox)]
    sandbox.real.advance(3 * MINUTE_MS)
    const second = await authorized(sandbox)

    expect(await sandbox.advance(8 * DAY_MS)).toMatchObject({ kind: 'arrived', counts: { expired: 2 } })

    for (const paymentId of [first, second]) {
      const { status, captureBeforeMs } = paymentOf(sandbox, paymentId!)
      expect([status, expiryOf(sandbox, paymentId!)!.finishedAtMs]).toEqual(['EXPIRED', minuteAfter(captureBeforeMs!)])
    }
    const events = (await sandbox.fakes.outbox.every()).filter(row => row.topic === 'payment.expired')
    expect(events.map(row => Date.parse(JSON.parse(row.payload).occurredAt))).toEqual([
      minuteAfter(FAKE_NOW_MS + WINDOW_MS),
      minuteAfter(FAKE_NOW_MS + 3 * MINUTE_MS + WINDOW_MS),
    ])
    // The outbox goes by real time.
    for (const row of events) expect(row.createdAtMs).toBeLessThan(FAKE_NOW_MS + DAY_MS)
  })

  test('tells the others each step before it goes there itself', async () => {
    await authorized(sandbox)
    const offsets: number[] = []
    const { follower, clock } = sandbox
    const { advanceTo } = follower
    follower.advanceTo = async offsetMs => {
      offsets.push(clock.virtualNowMs() - clock.nowMs())
      await advanceTo.call(follower, offsetMs)
    }

    await sandbox.advance(8 * DAY_MS)

    const due = minuteAfter(FAKE_NOW_MS + WINDOW_MS) - FAKE_NOW_MS
    expect(follower.told).toEqual([0, due, 8 * DAY_MS])
    expect(offsets).toEqual([0, 0, due])
  })

  test('ends the time of stored answers, and asks about outcomes that nobody knows', async () => {
    sandbox.fakes.acquirer.script.submit.push({ kind: 'unknown' })
    const claim = claimOf('unknown')
    expect(await authorizePayment(sandbox.ports, authorizeRequestOf(), claim, { ...caller })).toMatchObject({
      kind: 'unknown',
    })
    sandbox.fakes.acquirer.script.inquire.push({ kind: 'declined', reason: 'lost_card' })

    expect(await sandbox.advance(16 * DAY_MS)).toMatchObject({ kind: 'arrived', counts: { resolved: 1, pruned: 1 } })

    const [operation] = sandbox.fakes.operations.table.rows()
    const askedAtMs = minuteAfter(FAKE_NOW_MS + sandbox.ports.policy.inquiryBackoffMs)
    expect(operation).toMatchObject({ state: 'DECLINED', finishedAtMs: askedAtMs })
    expect(await authorizePayment(sandbox.ports, authorizeRequestOf(), claim, { ...caller })).toEqual({
      kind: 'expired',
    })
  })

  test('does not take over what is being worked on: leases go by real time', async () => {
    const decide = sandbox.fakes.acquirer.hold('submit')
    const request = authorizePayment(sandbox.ports, authorizeRequestOf(), claimOf(nextKey()), { ...caller })
    await sandbox.fakes.acquirer.untilAsked(1)

    const advanced = await sandbox.advance(2 * DAY_MS)

    expect(advanced).toMatchObject({ kind: 'under_way', left: { inquiries: 1 } })
    expect(sandbox.fakes.acquirer.asked).toEqual(['submit'])
    decide({ kind: 'approved' })
    expect(bodyIn(await request).status).toBe('AUTHORIZED')
    expect(sandbox.fakes.operations.table.rows()).toMatchObject([{ attempt: 1, state: 'SUCCEEDED' }])
    expect(await sandbox.advance(0)).toMatchObject({ kind: 'arrived' })
  })

  test('that is refused by a clock that follows changes nothing', async () => {
    sandbox.follower.away = true

    await expect(sandbox.advance(DAY_MS)).rejects.toThrow(DependencyUnavailableError)

    expect(await sandbox.fakes.sandboxClock.read()).toEqual({ offsetMs: 0, targetOffsetMs: 0 })
  })

  test('beyond a hundred years is refused, and changes nothing', async () => {
    expect(await sandbox.advance(TARGET_OFFSET_MS_MAX + 1)).toEqual({ kind: 'too_far' })

    expect(await sandbox.fakes.sandboxClock.read()).toEqual({ offsetMs: 0, targetOffsetMs: 0 })
  })
})

describe('an advance that does not get there in time', () => {
  /** The acquirer takes so long that only the first hold is let go in time. */
  function slowAcquirer({ fakes, real }: Sandbox): void {
    const submit = fakes.acquirer.submit.bind(fakes.acquirer)
    fakes.acquirer.submit = async order => {
      real.advance(WORK_MS)
      return submit(order)
    }
  }

  test('says what is left, and the next one goes on from there with its own added', async () => {
    const first = await authorized(sandbox)
    sandbox.real.advance(DAY_MS)
    const second = await authorized(sandbox)
    const patient = sandbox.fakes.acquirer.submit
    slowAcquirer(sandbox)

    const advanced = await sandbox.advance(10 * DAY_MS)

    expect(advanced).toMatchObject({
      kind: 'under_way',
      position: { targetOffsetMs: 10 * DAY_MS },
      counts: { expired: 1 },
      left: { expiries: 1, inquiries: 0, answers: 0, settlements: 0 },
    })
    expect([paymentOf(sandbox, first).status, paymentOf(sandbox, second).status]).toEqual(['EXPIRED', 'AUTHORIZED'])
    expect(sandbox.clock.virtualNowMs()).toBeLessThan(paymentOf(sandbox, second).captureBeforeMs!)

    sandbox.fakes.acquirer.submit = patient
    expect(await sandbox.advance(DAY_MS)).toMatchObject({
      kind: 'arrived',
      position: { offsetMs: 11 * DAY_MS, targetOffsetMs: 11 * DAY_MS },
      counts: { expired: 1 },
    })
    const { captureBeforeMs } = paymentOf(sandbox, second)
    expect(expiryOf(sandbox, second)!.finishedAtMs).toBe(minuteAfter(captureBeforeMs!))
  })

  test('because the acquirer went away on the way, keeps its target for the next one', async () => {
    await authorized(sandbox)
    const { follower } = sandbox
    const { advanceTo } = follower
    follower.advanceTo = async offsetMs => {
      await advanceTo.call(follower, offsetMs)
      follower.away = offsetMs > 0 && offsetMs < 8 * DAY_MS
    }

    expect(await sandbox.advance(8 * DAY_MS)).toMatchObject({ kind: 'under_way', counts: { expired: 1 } })

    follower.advanceTo = async () => {}
    expect(await sandbox.advance(0)).toMatchObject({ kind: 'arrived', position: { offsetMs: 8 * DAY_MS } })
  })

  test('while nothing may be asked of the acquirer, the hold is refused all the same', async () => {
    const paymentId = await authorized(sandbox)
    sandbox.fakes.acquirer.reachable = false

    expect(await sandbox.advance(8 * DAY_MS)).toMatchObject({ kind: 'under_way', left: { expiries: 1 } })

    const claim = claimFor(nextKey(), 'capture', paymentId)
    const captured = await capturePayment(sandbox.ports, paymentId, {}, claim, { ...caller })
    expect(bodyIn(captured)).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      details: { reason: 'expired', status: 'AUTHORIZED' },
    })
  })
})

describe('two at once', () => {
  test('go as far as both say, and each says so when its own is done', async () => {
    for (let count = 0; count < 3; count++) {
      await authorized(sandbox)
      sandbox.real.advance(MINUTE_MS)
    }
    const other = sandbox.process()

    const [one, two] = await Promise.all([sandbox.advance(8 * DAY_MS), other.advance(8 * DAY_MS)])

    expect([one.kind, two.kind]).toEqual(['arrived', 'arrived'])
    const position = await sandbox.fakes.sandboxClock.read()
    expect(position).toEqual({ offsetMs: 16 * DAY_MS, targetOffsetMs: 16 * DAY_MS })
    const counts = [one, two].map(each => (each.kind === 'arrived' ? each.counts.expired : 0))
    expect(counts[0]! + counts[1]!).toBe(3)
    for (const row of sandbox.fakes.payments.table.rows())
      expect([row.status, expiryOf(sandbox, row.paymentId)!.finishedAtMs]).toEqual([
        'EXPIRED',
        minuteAfter(row.captureBeforeMs!),
      ])
  })

  test('a process that did not move it knows the new time at its next request', async () => {
    const paymentId = await authorized(sandbox)
    const other = sandbox.process()
    await other.clock.catchUp()

    await sandbox.advance(8 * DAY_MS)
    await other.clock.catchUp()

    expect(other.clock.virtualNowMs()).toBe(sandbox.clock.virtualNowMs())
    const captured = await capturePayment(other.ports, paymentId, {}, undefined, { ...caller })
    expect(bodyIn(captured)).toMatchObject({ code: 'CAPTURE_CONFLICT' })
  })
})
