import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { linkPackages } from './checkout.ts'

let folder: string
const at = (...parts: string[]) => join(folder, ...parts)

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'checkout-')))
  for (const side of ['ours', 'theirs']) {
    mkdirSync(at(side, 'plugins/events'), { recursive: true })
    writeFileSync(at(side, 'plugins/events/index.js'), side)
  }
  mkdirSync(at('ours/node_modules/left-pad'), { recursive: true })
  mkdirSync(at('ours/node_modules/@scope'))
  writeFileSync(at('ours/node_modules/left-pad/index.js'), 'a package')
  symlinkSync('../plugins/events', at('ours/node_modules/events'))
  symlinkSync('../../plugins/events', at('ours/node_modules/@scope/events'))
  linkPackages(at('ours/node_modules'), at('theirs/node_modules'))
})

afterAll(() => rmSync(folder, { recursive: true }))

test('a package is shared', () => {
  expect(realpathSync(at('theirs/node_modules/left-pad'))).toBe(at('ours/node_modules/left-pad'))
})

// Else the other commit would be measured with our plugin.
test.each(['events', '@scope/events'])('the workspace %s is the checkout’s own', name => {
  expect(readFileSync(at('theirs/node_modules', name, 'index.js'), 'utf8')).toBe('theirs')
})
