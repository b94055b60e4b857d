/** Who may go on, and what is said to the others. */
import { expect, test } from '@jest/globals'
import { addOperator } from '../../shared/settlement/operators.ts'
import { createOperatorPorts } from '../../test/unit/fake-operators.ts'
import { NO_OPERATOR, operatorSession, operatorToken } from './operator-session.ts'

const reason = 'because'

async function setUp() {
  const { ports } = createOperatorPorts()
  const first = await addOperator(ports, { databaseLogin: 'pay' }, { name: 'kim', role: 'approver', reason })
  const kim = first.kind === 'changed' ? first.token! : ''
  const second = await addOperator(ports, { token: kim }, { name: 'lee', role: 'operator', reason })
  return { ports, kim, lee: second.kind === 'changed' ? second.token! : '' }
}

test('the operator of the token goes on, when the role permits it', async () => {
  const { ports, kim, lee } = await setUp()
  const session = (token: string) => operatorSession(ports, 'approver', async () => token)

  expect(await session(kim)).toMatchObject({ name: 'kim', role: 'approver' })
  await expect(session(lee)).rejects.toThrow('lee is operator, and this is for approvers: ask one')
})

test('while there is nobody, it says how the first one is made, and asks for no token', async () => {
  const { ports } = createOperatorPorts()
  const asked = async () => {
    throw new Error('it asked')
  }

  await expect(operatorSession(ports, 'viewer', asked)).rejects.toThrow(NO_OPERATOR)
  expect(NO_OPERATOR).toContain('npm run operators -- add NAME --role approver')
})

test('a token that is nobody’s is not repeated in what is said', async () => {
  const { ports, kim } = await setUp()
  const wrong = `${kim.slice(0, -1)}x`

  const said = await operatorSession(ports, 'viewer', async () => wrong).catch(error => String(error))
  expect(said).toContain('npm run operators -- rotate NAME')
  expect(said).not.toContain(wrong)
})

test('the token is that of the environment, else what is typed', async () => {
  expect(await operatorToken({ OPERATOR_TOKEN: ' opk_1\n' }, async () => 'opk_2')).toBe('opk_1')
  expect(await operatorToken({ OPERATOR_TOKEN: '' }, async () => 'opk_2')).toBe('opk_2')
  await expect(operatorToken({}, async () => undefined)).rejects.toThrow('Set OPERATOR_TOKEN')
})
