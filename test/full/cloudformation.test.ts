/** The templates as they would be uploaded, read by cfn-lint. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { packageService } from '../../deploy/package/package-service.ts'
import { projectRoot } from '../../scripts/local/paths.ts'
import {
  compileTemplate,
  inServiceFolder,
  operators,
  parameterArgs,
  parameters,
  type Template,
  templateIn,
} from '../support/compiled-template.ts'

// A dozen bundles and a linter that reads every rule, on a busy machine.
jest.setTimeout(300_000)

const prodArgs = ['--stage', 'prod', ...parameterArgs(parameters)]
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pay-packaged-'))
  await inServiceFolder(async service =>
    cpSync(await packageService(service, prodArgs), join(folder, 'prod'), { recursive: true }),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What it prints; nothing when it has nothing to say. */
function lint(path: string): string {
  const program = join(process.env.PYTHON_TOOLS!, 'cfn-lint')
  const { stdout, stderr, error } = spawnSync(program, [path], { cwd: projectRoot, encoding: 'utf8' })
  if (error) throw error
  return (stdout + stderr).trim()
}

function written(name: string, template: Pick<Template, 'Resources'>): string {
  writeFileSync(join(folder, name), JSON.stringify(template))
  return join(folder, name)
}

describe('cfn-lint', () => {
  test.each(['create', 'update'])('has nothing to say about the template that %ss the stack of prod', kind => {
    expect(lint(join(folder, 'prod', `cloudformation-template-${kind}-stack.json`))).toBe('')
  })

  test('nor about that of dev', async () => {
    expect(lint(written('dev.json', await compileTemplate([])))).toBe('')
  })

  test('nor about that of prod with a console', async () => {
    expect(lint(written('console.json', await compileTemplate([...prodArgs, ...parameterArgs(operators)])))).toBe('')
  })

  test('would say what is wrong', () => {
    expect(lint(written('wrong.json', { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: {} } } }))).toContain(
      'AssumeRolePolicyDocument',
    )
  })
})

describe('the package', () => {
  /** Where an upload goes has the time in it. */
  const withoutKeys = (template: Template) => JSON.stringify(template).replaceAll(/"S3Key":"[^"]+"/g, '"S3Key":""')

  test('has the template that the unit tests read', async () => {
    expect(withoutKeys(await compileTemplate(prodArgs))).toBe(withoutKeys(templateIn(join(folder, 'prod'))))
  })
})
