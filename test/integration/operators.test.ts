/** Operators and the audit log on MariaDB: the chain under appends at once, and `npm run operators` from the first operator to a lost token. */
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readChain } from '../../scripts/operate/operators/audit-chain.ts'
import { approvalResult } from '../../shared/invariants/audit-invariants.ts'
import type { CheckResult } from '../../shared/invariants/invariant.ts'
import { DuplicateKeyError, RowRefusedError } from '../../shared/payments/ports.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { addOperator, type OperatorChange } from '../../shared/settlement/operators.ts'
import type { AuditEntry, Operator } from '../../shared/settlement/ports.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const { databaseUrl, logsFolder } = systemUnderTest()
const envFile = join(logsFolder, 'operators.env')

let scratch: ScratchDatabase
let ports: ReturnType<typeof newProcess>
/** Another process of the product. */
let others: ReturnType<typeof newProcess>
beforeAll(async () => {
  scratch = await ScratchDatabase.create(databaseUrl, 'operators')
  writeFileSync(envFile, `DATABASE_URL="${scratch.url}"\n`, { mode: 0o600 })
  ports = newProcess()
  others = newProcess()
})
afterAll(async () => {
  await ports?.database.close()
  await others?.database.close()
  await scratch?.drop()
  rmSync(envFile, { force: true })
})
beforeEach(async () => {
  for (const table of ['operator', 'audit_log', 'payout_file']) await scratch.direct.write('DELETE FROM ??', [table])
})

const newProcess = () => new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches

const entryOf = (subject: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: '김민지',
  action: 'operator.added',
  subject,
  reason: 'it says "확인" \\ 📞',
  details: { b: 1, a: ['x', null] },
  ...more,
})

const append = (process: typeof ports, entry: AuditEntry): Promise<void> =>
  process.transactions.run('test', tx => process.auditLog.append(tx, entry))

const chain = () => ports.snapshots.read(database => readChain(database.auditRows()))
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('the audit log', () => {
  test('takes what two processes append at once into one chain without a gap', async () => {
    await append(ports, entryOf('first'))
    await Promise.all(times(40, index => append(index % 2 === 0 ? ports : others, entryOf(`subject ${index}`))))

    expect(await chain()).toMatchObject({ count: 41, brokenCount: 0 })
    const { id, hash } = (await ports.auditLog.head())!
    expect({ id, hash }).toEqual({ id: 41, hash: (await chain()).headHash })
  })

  test('takes the very first entries of two processes likewise', async () => {
    await Promise.all([append(ports, entryOf('one')), append(others, entryOf('other'))])

    expect(await chain()).toMatchObject({ count: 2, brokenCount: 0 })
  })

  test('keeps nothing of a transaction that is rolled back, and leaves no gap', async () => {
    await append(ports, entryOf('before'))
    const undone = ports.transactions.run('test', async tx => {
      await ports.auditLog.append(tx, entryOf('undone'))
      await ports.auditLog.head()
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await append(ports, entryOf('after'))

    expect((await ports.auditLog.newest(undefined, 10)).map(({ id, subject }) => [id, subject])).toEqual([
      [2, 'after'],
      [1, 'before'],
    ])
    expect(await chain()).toMatchObject({ count: 2, brokenCount: 0 })
  })

  test('takes several entries of one transaction', async () => {
    await ports.transactions.run('test', async tx => {
      for (const subject of ['one', 'two', 'three']) await ports.auditLog.append(tx, entryOf(subject))
    })

    expect(await chain()).toMatchObject({ count: 3, brokenCount: 0 })
  })

  test('gives back what was written, of one subject or of all', async () => {
    for (const subject of ['one', 'two', 'one']) await append(ports, entryOf(subject))

    const found = await ports.auditLog.newest('one', 10)
    expect(found.map(({ id }) => id)).toEqual([3, 1])
    expect(found[0]).toMatchObject(entryOf('one'))
    expect(await ports.auditLog.newest(undefined, 1)).toHaveLength(1)
  })

  test('refuses what does not fit, and half a character', async () => {
    const tooLong = [{ actor: 'x'.repeat(65) }, { reason: 'x'.repeat(501) }, { details: { x: 'x'.repeat(65_536) } }]
    for (const more of tooLong)
      await expect(append(ports, entryOf('long', more))).rejects.toBeInstanceOf(RowRefusedError)
    await expect(append(ports, entryOf('half', { reason: '\ud800' }))).rejects.toThrow('surrogate')

    expect(await ports.auditLog.head()).toBeUndefined()
  })

  test('is read over many pages, and a change in any of them is found', async () => {
    await ports.transactions.run('test', async tx => {
      for (let index = 0; index < 1_500; index++) await ports.auditLog.append(tx, entryOf(`subject ${index}`))
    })
    expect(await chain()).toMatchObject({ count: 1_500, brokenCount: 0 })

    await scratch.direct.write("UPDATE audit_log SET details = '{}' WHERE id = 1200")
    expect(await chain()).toMatchObject({ brokenCount: 1, firstBroken: { row: 'audit_log 1200' } })
  })
})

describe('operators', () => {
  const kim: Operator = {
    operatorId: 'opr_00000000000000000000000001',
    name: '김 민지',
    role: 'approver',
    tokenHash: 'a'.repeat(64),
    createdAtMs: Date.UTC(2026, 10, 29, 1, 2, 3, 4),
    disabledAtMs: null,
  }

  test('are found by name and by token, and a name is there once', async () => {
    await ports.transactions.run('test', tx => ports.operators.insert(tx, kim))
    const other = { ...kim, operatorId: 'opr_00000000000000000000000002', tokenHash: 'b'.repeat(64) }
    const again = ports.transactions.run('test', tx => ports.operators.insert(tx, other))
    await expect(again).rejects.toBeInstanceOf(DuplicateKeyError)

    const changed = { ...kim, tokenHash: 'c'.repeat(64), disabledAtMs: kim.createdAtMs + 5 }
    await ports.transactions.run('test', tx => ports.operators.update(tx, changed))
    expect(await ports.operators.list()).toEqual([changed])
    expect(await ports.operators.ofToken(changed.tokenHash)).toEqual(changed)
    expect(await ports.operators.ofToken(kim.tokenHash)).toBeUndefined()
    expect(await ports.operators.ofName(kim.name)).toEqual(changed)
    // The same to the eye, and another name in the audit log.
    expect(await ports.operators.ofName(kim.name.normalize('NFD'))).toBeUndefined()
  })

  test('are looked up by name to the letter', async () => {
    await ports.transactions.run('test', tx => ports.operators.insert(tx, { ...kim, name: 'kim' }))

    expect(await ports.operators.ofName('kim')).toMatchObject({ name: 'kim' })
    expect(await ports.operators.ofName('Kim')).toBeUndefined()
  })

  test('of two that would be the first, one is', async () => {
    const add = (process: typeof ports, name: string): Promise<OperatorChange> =>
      addOperator(process, { databaseLogin: 'pay' }, { name, role: 'approver', reason: 'the first' })
    const changes = await Promise.all([add(ports, 'kim'), add(others, 'lee')])

    expect(changes.map(({ kind }) => kind).toSorted()).toEqual(['changed', 'refused'])
    expect(await ports.operators.list()).toHaveLength(1)
    expect(await chain()).toMatchObject({ count: 1, brokenCount: 0 })
  })
})

describe('the approval of a payout file', () => {
  const fileId = 'pof_00000000000000000000000001'

  async function approvalResults(): Promise<CheckResult[]> {
    return ports.snapshots.read(async database => {
      const results: CheckResult[] = []
      for await (const file of database.approvedFiles()) results.push(approvalResult(file))
      return results
    })
  }

  test('is one entry, by the approver whom the file names', async () => {
    await scratch.direct.write(
      `INSERT INTO payout_file (file_id, currency, execute_on, payout_count, total, state, prepared_at, approved_by)
       VALUES (?, 'KRW', '2026-11-30', 0, 0, 'SENT', '2026-11-29', 'kim')`,
      [fileId],
    )
    expect(await approvalResults()).toMatchObject([{ state: 'failed', row: fileId }])

    const kim = { operatorId: 'opr_00000000000000000000000001', tokenHash: 'a'.repeat(64), disabledAtMs: null }
    await ports.transactions.run('test', async tx => {
      await ports.operators.insert(tx, { ...kim, name: 'kim', role: 'approver', createdAtMs: Date.UTC(2026, 10, 29) })
      await ports.auditLog.append(tx, entryOf(fileId, { actor: 'kim', action: 'payout-file.approved' }))
    })
    expect(await approvalResults()).toEqual([{ state: 'ok' }])

    await scratch.direct.write("UPDATE payout_file SET state = 'PREPARED'")
    expect(await approvalResults()).toEqual([])
  })
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

const run = (token: string | undefined, ...args: string[]): Promise<Ended> => {
  const command = ['--', 'scripts/operators.ts', ...args, '--env-file', envFile]
  const env = { ...inheritedEnv(), ...(token === undefined ? {} : { OPERATOR_TOKEN: token }) }
  return promisify(execFile)(process.execPath, command, { cwd: repositoryFolder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}
const changing = (token: string | undefined, ...args: string[]) => run(token, ...args, '--reason', 'asked for', '--yes')

/** The line that shows it. */
function tokenOf({ stdout }: Ended): string {
  const tokens = stdout.match(/^opk_[\w-]{43}$/gm) ?? []
  expect(tokens).toHaveLength(1)
  return tokens[0]!
}

describe('npm run operators', () => {
  test('goes from the first operator to a lost token, and shows each token once', async () => {
    expect((await run(undefined)).stdout).toContain('There is no operator yet')
    const asked = await run(undefined, 'add', 'kim', '--role', 'approver', '--reason', 'the first')
    expect(asked).toMatchObject({ code: 1, stdout: expect.stringContaining('--yes') })
    const kim = tokenOf(await changing(undefined, 'add', 'kim', '--role', 'approver'))
    const lee = tokenOf(await changing(kim, 'add', 'lee', '--role', 'operator'))

    const refusals = [
      await changing(undefined, 'add', 'park', '--role', 'viewer'),
      await changing(lee, 'add', 'park', '--role', 'viewer'),
      await changing(`${lee.slice(0, -1)}!`, 'disable', 'kim'),
      await changing(kim, 'disable', 'kim'),
      await changing(undefined, 'rotate', 'lee', '--recover'),
    ]
    expect(refusals.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1])
    expect(refusals.map(({ stdout, stderr }) => `${stdout}${stderr}`)).toEqual([
      expect.stringContaining('Set OPERATOR_TOKEN'),
      expect.stringContaining('only an approver may do that'),
      expect.stringContaining('no operator has this token'),
      expect.stringContaining('the last approver'),
      expect.stringContaining('there is an approver who can do it'),
    ])

    const rotated = tokenOf(await changing(lee, 'rotate', 'lee'))
    expect(await changing(lee, 'rotate', 'lee')).toMatchObject({ code: 1 })
    const recovered = tokenOf(await changing(undefined, 'rotate', 'kim', '--recover'))
    expect(await changing(recovered, 'disable', 'lee')).toMatchObject({ code: 0 })

    const listed = JSON.parse((await run(undefined, '--json')).stdout)
    expect(listed.operators).toMatchObject([
      { name: 'kim', role: 'approver', disabledAtMs: null },
      { name: 'lee', role: 'operator', disabledAtMs: expect.any(Number) },
    ])
    const log = await run(undefined, 'log')
    expect(log).toMatchObject({ code: 0, stdout: expect.stringMatching(/The chain is whole: 5 entries.*[0-9a-f]{64}/) })
    expect(JSON.parse((await run(undefined, 'log', '--subject', 'kim', '--json')).stdout).entries).toMatchObject([
      { id: 4, actor: `system login ${new URL(scratch.url).username}`, action: 'operator.recovered' },
      { id: 1, action: 'operator.added' },
    ])

    const tokens = [kim, lee, rotated, recovered]
    const rows = [
      await scratch.direct.rows('SELECT * FROM operator'),
      await scratch.direct.rows('SELECT * FROM audit_log'),
    ]
    const said = JSON.stringify([asked, refusals, listed, log, await run(undefined), rows])
    for (const token of tokens) expect(said).not.toContain(token.slice(4))
  })

  test('says where the chain is broken, and ends with 1', async () => {
    for (const subject of ['one', 'two', 'three']) await append(ports, entryOf(subject))
    await scratch.direct.write("UPDATE audit_log SET actor = 'nobody' WHERE id = 2")

    expect(await run(undefined, 'log')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/THE CHAIN IS BROKEN in 1 of 3 entries, first: audit_log 2 was changed/),
    })
  })
})
