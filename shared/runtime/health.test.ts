/** Readiness: every combination of dependencies, and probes that fail, hang or throw. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { checkReadiness, type Dependency, type DependencyState } from './health.ts'

const dependencies = ['mariadb', 'kafka', 'redis', 'acquirer'] as const
const up = async () => 'anything'
const down = async () => {
  throw new Error('refused')
}
const hanging = () => new Promise(() => {})
const allUp = { mariadb: up, kafka: up, redis: up, acquirer: up }
const noProblems = async () => []
const waiting = { kind: 'events_waiting', message: '3 events wait', since: null } as const

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('checkReadiness', () => {
  const states: DependencyState[] = ['up', 'down']
  const combinations = states.flatMap(mariadb =>
    states.flatMap(kafka => states.flatMap(redis => states.map(acquirer => ({ mariadb, kafka, redis, acquirer })))),
  )

  test.each(combinations)('mariadb $mariadb, kafka $kafka, redis $redis, acquirer $acquirer', async combination => {
    const probeOf = (dependency: Dependency) => (combination[dependency] === 'up' ? up : down)

    const readiness = await checkReadiness(
      {
        mariadb: probeOf('mariadb'),
        kafka: probeOf('kafka'),
        redis: probeOf('redis'),
        acquirer: probeOf('acquirer'),
      },
      noProblems,
    )

    const isWhole = combination.kafka === 'up' && combination.redis === 'up' && combination.acquirer === 'up'
    expect(readiness).toEqual({
      status: combination.mariadb === 'down' ? 'down' : isWhole ? 'ok' : 'degraded',
      dependencies: combination,
      problems: [],
    })
  })

  test.each(dependencies)('a %s that does not answer is down, without waiting for ever', async dependency => {
    const checking = checkReadiness({ ...allUp, [dependency]: hanging }, noProblems)
    await jest.advanceTimersByTimeAsync(2_000)

    expect((await checking).dependencies).toEqual({
      mariadb: 'up',
      kafka: 'up',
      redis: 'up',
      acquirer: 'up',
      [dependency]: 'down',
    })
  })

  test('all hanging take no longer than one', async () => {
    const checking = checkReadiness({ mariadb: hanging, kafka: hanging, redis: hanging, acquirer: hanging }, noProblems)
    await jest.advanceTimersByTimeAsync(2_000)

    expect((await checking).status).toBe('down')
  })

  test.each(dependencies)('a %s probe that throws before it waits is down, not an error', async dependency => {
    const throwing = () => {
      throw new Error('environment')
    }

    const readiness = await checkReadiness({ ...allUp, [dependency]: throwing }, noProblems)

    expect(readiness.dependencies[dependency]).toBe('down')
  })

  test('a problem degrades what is otherwise whole', async () => {
    const readiness = await checkReadiness(allUp, async () => [waiting])

    expect(readiness).toEqual({
      status: 'degraded',
      dependencies: { mariadb: 'up', kafka: 'up', redis: 'up', acquirer: 'up' },
      problems: [waiting],
    })
  })

  test.each([
    ['fails', down],
    ['hangs', hanging as () => Promise<never>],
  ])('a search for problems that %s finds none', async (_, findProblems) => {
    const checking = checkReadiness(allUp, findProblems)
    await jest.advanceTimersByTimeAsync(2_000)

    expect(await checking).toMatchObject({ status: 'ok', problems: [] })
  })

  test('answers leave no timer behind', async () => {
    await checkReadiness({ ...allUp, kafka: down }, noProblems)

    expect(jest.getTimerCount()).toBe(0)
  })
})
