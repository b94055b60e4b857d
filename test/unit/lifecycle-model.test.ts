/**
 * The lifecycle of a payment as a model: production's claims, records and take-overs on the fakes that the contract suites bind to
 * MariaDB, and an acquirer, in every order that two to four of them can meet, with crashes, lost answers and late messages.
 */
import { describe, expect, test } from '@jest/globals'
import { explore } from './lifecycle-model/explore.ts'
import { sound, withoutGuard } from './lifecycle-model/guards.ts'
import { scenarios } from './lifecycle-model/scenarios.ts'

const STATES_MAX = 100_000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

describe('in every reachable state the books, the acquirer and what callers were told agree', () => {
  test.each(scenarios)(
    '$name',
    async scenario => {
      const found = await explore(scenario, sound, STATES_MAX)
      say(`${scenario.name}: ${found.states} states, ${found.transitions} transitions`)
      expect(found.violation).toBeUndefined()
      expect(found.ends).toBeGreaterThan(0)
    },
    60_000,
  )
})

describe('without one guard there is a way to a state that is wrong', () => {
  test.each(Object.entries(withoutGuard))(
    '%s',
    async (name, { variant, shownBy }) => {
      const scenario = scenarios.find(each => each.name === shownBy)!
      const { violation } = await explore(scenario, variant, STATES_MAX)
      say(`without ${name}: ${violation?.trace.join(' | ')} => ${violation?.problems.join('; ')}`)
      expect(violation?.problems).not.toEqual([])
      expect(violation).toBeDefined()
    },
    60_000,
  )
})
