/** Each role may do what the ones below it may, and no more. */
import { expect, test } from '@jest/globals'
import { operatorRoles } from '../contracts/lists.ts'
import { mayDo } from './operator-roles.ts'

test('a viewer looks, an operator acts, an approver approves', () => {
  const permitted = operatorRoles.map(role => [role, operatorRoles.filter(needed => mayDo(role, needed))])

  expect(permitted).toEqual([
    ['viewer', ['viewer']],
    ['operator', ['viewer', 'operator']],
    ['approver', ['viewer', 'operator', 'approver']],
  ])
})
