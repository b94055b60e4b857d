/** Arguments that do not go together are refused before any system is looked for; and what is said of a change. */
import { describe, expect, test } from '@jest/globals'
import { WrongArguments } from '../../terminal/command.ts'
import { chainLine, changeLines, logLines, operatorLines } from './operator-lines.ts'
import { type OperatorsRequest, runOperators } from './run-operators.ts'

const reason = 'asked for'

test.each<[string, OperatorsRequest]>([
  ['add wants --role', { action: 'add', name: 'kim', reason }],
  ['add wants a name', { action: 'add', role: 'viewer', reason }],
  ['rotate wants a name and --reason', { action: 'rotate', name: 'kim' }],
  ['disable wants a name', { action: 'disable', reason }],
  ['list takes no name', { action: 'list', name: 'kim' }],
  ['log takes no name, and no --reason', { action: 'log', reason }],
  ['--recover goes with rotate', { action: 'disable', name: 'kim', reason, recover: true }],
  ['--role goes with add', { action: 'rotate', name: 'kim', reason, role: 'viewer' }],
  ['--subject and --limit go with log', { action: 'list', limit: 3 }],
  ['--json goes with list and log', { action: 'disable', name: 'kim', reason, json: true }],
])('%s', async (why, request) => {
  const refused = runOperators(request)
  await expect(refused).rejects.toBeInstanceOf(WrongArguments)
  await expect(refused).rejects.toThrow(why)
})

describe('what is said', () => {
  const operator = { operatorId: 'opr_1', name: 'kim', role: 'approver' } as const

  test('the token stands alone on its line', () => {
    const lines = changeLines({ kind: 'changed', operator, token: 'opk_1' }, { action: 'rotate' })

    expect(lines).toEqual(['kim has a new token. This is the token; nobody can show it again:', 'opk_1'])
  })

  test('who is there, and who was disabled', () => {
    const atMs = Date.UTC(2026, 10, 29)

    expect(operatorLines([])[0]).toContain('npm run operators -- add NAME --role approver')
    expect(operatorLines([{ ...operator, createdAtMs: atMs, disabledAtMs: atMs + 1 }])).toEqual([
      'name  role      added',
      'kim   approver  2026-11-29T00:00:00.000Z  disabled 2026-11-29T00:00:00.001Z',
    ])
  })

  test('the log, and whether its chain is whole', () => {
    expect(logLines([])).toEqual(['There is no entry.'])
    expect(chainLine({ count: 0, brokenCount: 0, firstBroken: null, headHash: null })).toBe('The log is empty.')
    expect(chainLine({ count: 2, brokenCount: 0, firstBroken: null, headHash: 'abc' })).toBe(
      'The chain is whole: 2 entries, the newest has the hash abc.',
    )
  })
})
