/** Whose word a link needs, and what is said. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { addOperator } from '../../../shared/settlement/operators.ts'
import { createConsolePorts } from '../../../test/unit/fake-operators.ts'
import { linkFor, linkLines } from './print-link.ts'

const sandbox = { isOfThisMachine: true, databaseUrl: 'mysql://pay%40here:secret@127.0.0.1:3306/paydb' }
const elsewhere = { ...sandbox, isOfThisMachine: false }
const nobodyAsked = () => Promise.reject(new Error('asked for a token'))

let fakes: ReturnType<typeof createConsolePorts>
let kimsToken: string
beforeEach(async () => {
  fakes = createConsolePorts()
  const added = await addOperator(fakes.ports, { databaseLogin: 'pay' }, { name: 'kim', role: 'approver', reason: 'x' })
  kimsToken = (added as { token: string }).token
})

describe('a link', () => {
  test("wants no more than the login of a sandbox's own database, and the audit log says which", async () => {
    expect(await linkFor(fakes.ports, sandbox, 'kim', nobodyAsked)).toMatchObject({ kind: 'linked' })
    expect(fakes.rows.entries.at(-1)).toMatchObject({ actor: 'system login pay@here', action: 'console.linked' })
  })

  test("wants the operator's own token for any other database", async () => {
    await addOperator(fakes.ports, { token: kimsToken }, { name: 'lee', role: 'viewer', reason: 'x' })
    const asked = async () => kimsToken

    expect(await linkFor(fakes.ports, elsewhere, 'lee', asked)).toEqual({ kind: 'refused', reason: 'not_your_token' })
    expect(await linkFor(fakes.ports, elsewhere, 'kim', asked)).toMatchObject({ kind: 'linked' })
    await expect(linkFor(fakes.ports, elsewhere, 'kim', nobodyAsked)).rejects.toThrow('asked for a token')
  })
})

test('what is said: the link with its secret in the fragment, whose it is, and until when', async () => {
  const made = await linkFor(fakes.ports, sandbox, 'kim', nobodyAsked)
  const [link, rest] = linkLines(made, 'kim', 'http://127.0.0.1:5173')

  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:5173\/console#opl_[\w-]{43}$/)
  expect(rest).toBe('signs kim (approver) in, once, until 2026-11-29T00:05:00.000Z')
})

test.each([
  ['no_such_operator', 'there is no operator lee'],
  ['disabled', 'lee was disabled'],
  ['not_your_token', 'this is not the token of lee'],
] as const)('what is said when it is refused: %s', (reason, beginning) => {
  expect(linkLines({ kind: 'refused', reason }, 'lee', 'http://127.0.0.1:5173')).toEqual([
    expect.stringContaining(beginning),
  ])
})
