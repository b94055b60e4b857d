/** Which action is meant. What each command makes of it is tested beside it. */
import { expect, test } from '@jest/globals'
import { chosenAction } from './choose-action.ts'

const actions = {
  list: { changes: false, wordsMax: 1, flags: ['json'] },
  'list set': { changes: true, wordsMin: 1, wordsMax: 1, flags: [] },
} as const

test('the longest name that fits is meant, and nothing typed means the standard one', () => {
  expect(chosenAction(actions, [], {}, 'list')).toEqual({ action: actions.list, words: [], reason: undefined })
  expect(chosenAction(actions, ['list', 'x'], {})).toEqual({ action: actions.list, words: ['x'], reason: undefined })
  expect(chosenAction(actions, ['list', 'set', 'x'], { reason: 'why' })).toEqual({
    action: actions['list set'],
    words: ['x'],
    reason: 'why',
  })
})

test.each([
  [[], {}, 'say which: list, list set'],
  [['toString'], {}, 'there is no toString: list, list set'],
  [['list', 'x', 'y'], {}, 'list does not know y.'],
  [['list', 'set'], { reason: 'why' }, 'list set wants one more word'],
  [['list', 'set', 'x'], {}, 'list set wants --reason.'],
  [['list'], { reason: 'why' }, 'list takes no --reason.'],
])('%j with %j is refused', (typed, flags, message) => {
  expect(() => chosenAction(actions, typed, flags)).toThrow(message)
})
