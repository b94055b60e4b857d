/** The circuit: what opens it, whom it lets through while it is open, and what closes it. */
import { describe, expect, test } from '@jest/globals'
import { operationKinds } from '../contracts/lists.ts'
import { testTokens } from '../contracts/test-tokens.ts'
import { Circuit, CircuitOpenError, type CircuitPosition } from './circuit.ts'
import { InProcessAcquirer } from './in-process-acquirer.ts'

const order = {
  operationId: 'op_1',
  amountMinor: 10_000,
  currency: 'KRW',
  authorizationId: null,
  finalCapture: null,
}

class Scene {
  nowMs = 1_000_000
  readonly positions: CircuitPosition[] = []
  readonly circuit = new Circuit({
    nowMs: () => this.nowMs,
    onChange: position => void this.positions.push(position),
  })

  async calls(count: number, end: 'fails' | 'succeeds'): Promise<void> {
    for (let index = 0; index < count; index++) await this.call(end)
  }

  /** What the caller gets; `open` when its work was not begun. */
  async call(end: 'fails' | 'succeeds'): Promise<'failed' | 'succeeded' | 'open'> {
    try {
      await this.circuit.run(async () => {
        if (end === 'fails') throw new Error('planted')
      })
      return 'succeeded'
    } catch (error) {
      return error instanceof CircuitOpenError ? 'open' : 'failed'
    }
  }

  /** A call that is under way until the test ends it. */
  pending(): { end: (how: 'fails' | 'succeeds') => Promise<void> } {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const call = this.circuit.run(() => promise).catch(() => {})
    return {
      end: async how => {
        if (how === 'fails') reject(new Error('planted'))
        else resolve()
        await call
      },
    }
  }

  async opened(): Promise<this> {
    await this.calls(25, 'fails')
    expect(this.positions).toEqual(['open'])
    return this
  }
}

describe('a closed circuit', () => {
  test('opens when 25 calls failed, and no earlier', async () => {
    const scene = new Scene()

    await scene.calls(24, 'fails')
    expect(scene.positions).toEqual([])
    await scene.call('fails')

    expect(scene.positions).toEqual(['open'])
  })

  test.each([
    { failing: 30, succeeding: 30, positions: ['open'] },
    { failing: 30, succeeding: 31, positions: [] },
  ])('of $failing failed calls after $succeeding others is $positions', async ({ failing, succeeding, positions }) => {
    const scene = new Scene()

    await scene.calls(succeeding, 'succeeds')
    await scene.calls(failing, 'fails')

    expect(scene.positions).toEqual(positions)
  })

  test('forgets what is older than ten seconds, also when nobody called since', async () => {
    const scene = new Scene()

    await scene.calls(24, 'fails')
    scene.nowMs += 10_000
    await scene.calls(24, 'fails')
    scene.nowMs += 3_600_000
    await scene.calls(24, 'fails')

    expect(scene.positions).toEqual([])
  })

  test('counts the failures of ten seconds together', async () => {
    const scene = new Scene()

    for (let second = 0; second < 10; second++) {
      await scene.calls(3, 'fails')
      scene.nowMs += 1_000
    }

    expect(scene.positions).toEqual(['open'])
  })

  test('stays closed for somebody who tries every failing token, however quickly', async () => {
    const scene = new Scene()
    const acquirer = new InProcessAcquirer({ timeoutMs: 2, slowMs: 1 })
    const orders = testTokens.flatMap(paymentMethod => operationKinds.map(kind => ({ ...order, kind, paymentMethod })))
    const verdicts = await Promise.all(orders.map(each => acquirer.submit(each)))

    const failed = verdicts.filter(({ kind }) => kind === 'unknown').length
    expect(failed).toBeGreaterThan(20)
    await scene.calls(failed, 'fails')

    expect(scene.positions).toEqual([])
  })

  test('gives the caller the result, or the error', async () => {
    const { circuit } = new Scene()

    expect(await circuit.run(async () => 'an answer')).toBe('an answer')
    await expect(circuit.run(() => Promise.reject(new Error('planted')))).rejects.toThrow('planted')
  })
})

describe('an open circuit', () => {
  test('begins no work while it waits', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 1_999

    expect(await scene.call('succeeds')).toBe('open')
    expect(scene.circuit.mayTry()).toBe(false)
    expect(scene.circuit.openForMs).toBe(1_999)
  })

  test('permits three callers when the wait is over, and three more if those never called', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000
    const ask = () => Array.from({ length: 5 }, () => scene.circuit.mayTry())

    expect(ask()).toEqual([true, true, true, false, false])
    scene.nowMs += 2_000
    expect(ask()).toEqual([true, true, true, false, false])
    expect(scene.circuit.openForMs).toBeUndefined()
  })

  test('closes when the probes succeed', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000

    await scene.calls(3, 'succeeds')

    expect(scene.positions).toEqual(['open', 'half_open', 'closed'])
    expect(Array.from({ length: 5 }, () => scene.circuit.mayTry())).not.toContain(false)
  })

  test('closes in spite of one probe that failed', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000

    await scene.call('fails')
    await scene.calls(2, 'succeeds')

    expect(scene.positions.at(-1)).toBe('closed')
  })

  test('opens again when most probes fail, and waits again', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000

    await scene.calls(2, 'fails')

    expect(scene.positions).toEqual(['open', 'half_open', 'open'])
    expect(scene.circuit.mayTry()).toBe(false)
    scene.nowMs += 2_000
    expect(scene.circuit.mayTry()).toBe(true)
  })

  // A caller has its claim then. To wait for the probes could take as long as a call may.
  test('lets more calls than probes through at once, uncounted', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000
    const probes = [scene.pending(), scene.pending(), scene.pending()]

    expect(await scene.call('succeeds')).toBe('succeeded')
    expect(await scene.call('fails')).toBe('failed')

    expect(scene.positions.at(-1)).toBe('half_open')
    for (const probe of probes) await probe.end('succeeds')
    expect(scene.positions.at(-1)).toBe('closed')
  })

  test('is not opened once more by calls from before that fail late', async () => {
    const scene = new Scene()
    const before = Array.from({ length: 24 }, () => scene.pending())
    await scene.opened()
    scene.nowMs += 2_000
    await scene.call('succeeds')

    for (const call of before) await call.end('fails')

    expect(scene.positions).toEqual(['open', 'half_open'])
  })

  test('counts anew after it closed', async () => {
    const scene = await new Scene().opened()
    scene.nowMs += 2_000
    await scene.calls(3, 'succeeds')

    await scene.calls(24, 'fails')

    expect(scene.positions.at(-1)).toBe('closed')
  })
})
