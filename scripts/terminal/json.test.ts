import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { npmCommand } from './command.ts'
import { JSON_FLAG, terminalBeside, writeJson } from './json.ts'

const targetOf = (...args: string[]) =>
  npmCommand('npm run it', 'Does it.')
    .option(...JSON_FLAG)
    .parse(args, { from: 'user' })
    .opts().json

const writtenTo = (stream: NodeJS.WriteStream, work: () => void): unknown[] => {
  const write = jest.spyOn(stream, 'write').mockImplementation(() => true)
  work()
  const written = write.mock.calls.map(([text]) => text)
  write.mockRestore()
  return written
}

test('without a file the JSON is all that stdout gets', () => {
  const json = targetOf('--json')
  expect(writtenTo(process.stdout, () => writeJson(json, { payments: 3 }))).toEqual(['{\n  "payments": 3\n}\n'])
  expect(terminalBeside(json)).toBe(process.stderr)
})

test('with a file stdout is free for the rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'json-'))
  const json = targetOf('--json', join(folder, 'figures.json'))
  expect(writtenTo(process.stdout, () => writeJson(json, { payments: 3 }))).toEqual([])
  expect(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'))).toEqual({ payments: 3 })
  expect(terminalBeside(json)).toBe(process.stdout)
  rmSync(folder, { recursive: true })
})

test('what is no name of a file is refused before anything is done', () => {
  for (const wrong of ['', tmpdir()]) {
    const command = npmCommand('npm run it', 'Does it.').option(...JSON_FLAG)
    command.exitOverride().configureOutput({ writeErr: () => {} })
    expect(() => command.parse(['--json', wrong], { from: 'user' })).toThrow('It wants the name of a file.')
  }
})

test('a folder that is not there yet is made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'json-'))
  writeJson(join(folder, 'new', 'figures.json'), 3)
  expect(readFileSync(join(folder, 'new', 'figures.json'), 'utf8')).toBe('3\n')
  rmSync(folder, { recursive: true })
})

test('nothing is written when nobody asked', () => {
  expect(writtenTo(process.stdout, () => writeJson(targetOf(), {}))).toEqual([])
})
