import { expect, test } from '@jest/globals'
import { groupsOf, type Rule, stateOf } from './groups.ts'

const ruleOf = (name: string, group: string, failed = 0, pending = 0): Rule => ({
  name,
  group,
  sentence: name,
  checked: 3,
  failed,
  pending,
  rows: [],
})

test('a rule that has failed is broken, also when rows of it are pending', () => {
  expect([stateOf(ruleOf('a', 'x', 1, 1)), stateOf(ruleOf('a', 'x', 0, 1)), stateOf(ruleOf('a', 'x'))]).toEqual([
    'broken',
    'undecided',
    'ok',
  ])
})

test('groups keep their order, and have what is wrong first', () => {
  const rules = [
    ruleOf('fine', 'Payments'),
    ruleOf('young', 'Payments', 0, 2),
    ruleOf('wrong', 'Payments', 1),
    ruleOf('other', 'Kafka'),
    ruleOf('fine too', 'Payments'),
  ]
  const shown = groupsOf(rules).map(({ group, rules, broken }) => [group, broken, ...rules.map(({ name }) => name)])
  expect(shown).toEqual([
    ['Payments', 1, 'wrong', 'young', 'fine', 'fine too'],
    ['Kafka', 0, 'other'],
  ])
})
