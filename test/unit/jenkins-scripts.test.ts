/** The scripts of the pipeline, with a `docker` and an `npm` that write down how they were called. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { composeFile } from '../support/images/compose.ts'
import { repositoryFolder } from '../support/system.ts'

/** A copy of deploy/pipeline in a folder of its own: the scripts work in the repository that they lie in. */
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pipeline-scripts-'))
  cpSync(join(repositoryFolder, 'deploy/pipeline'), join(root, 'deploy/pipeline'), { recursive: true })
  mkdirSync(join(root, 'bin'))
  fake('docker')
  fake('npm')
})
afterEach(() => rmSync(root, { recursive: true }))

/** A program that records its name, the settings that matter and its arguments, and then does what `script` says. */
function fake(name: string, script = '') {
  const path = join(root, 'bin', name)
  const settings = '"$COMPOSE_PROJECT_NAME $COMPOSE_FILE $IMAGE_TAG $JUNIT_FOLDER"'
  const lines = ['#!/bin/sh', `echo "${name} $*" >> ${root}/calls`, `echo ${settings} >> ${root}/settings`, script]
  writeFileSync(path, `${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
}

const linesOf = (name: string): string[] => {
  const path = join(root, name)
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}
const calls = () => linesOf('calls')

function run(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const path = `${join(root, 'bin')}:/usr/bin:/bin`
  const { status, stdout, stderr } = spawnSync(join(root, 'deploy/pipeline', script), args, {
    cwd: tmpdir(),
    env: { PATH: path, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const ports =
  'case "$*" in "compose port api 8080") echo 127.0.0.1:4101;; "compose port web 8080") echo 127.0.0.1:4102;; esac'

describe('a run', () => {
  test.each([
    ['jenkins-payment-backend-12', 'jenkins-payment-backend-12'],
    ['jenkins-Team A-pay%2Fmain-3', 'jenkins-team-a-pay-2fmain-3'],
    ['-_Ä-1', '1'],
    ['', 'payment-backend-pipeline'],
  ])('named %j is the Compose project %j, and its images have that tag', (name, project) => {
    run('images.sh', [], { COMPOSE_PROJECT_NAME: name })
    expect(linesOf('settings')).toEqual([`${project} docker-compose.yml:deploy/pipeline/compose.yml ${project}`])
    expect(calls()).toEqual(['docker compose build'])
  })

  test('publishes what the smoke test calls, on ports that the engine chooses, and nothing else', () => {
    const text = readFileSync(join(repositoryFolder, 'deploy/pipeline/compose.yml'), 'utf8')
    const override = { tag: '!override', collection: 'seq' as const }
    const reset = { tag: '!reset', collection: 'seq' as const }
    const { services } = parse(text, { customTags: [override, reset] })
    const publishing = Object.entries(composeFile().services).filter(
      ([, { ports = [], profiles }]) => ports.length > 0 && profiles === undefined,
    )
    expect(Object.keys(services).sort()).toEqual(publishing.map(([name]) => name).sort())
    // A list without its tag would be added to the ports of docker-compose.yml.
    const tags = [...text.matchAll(/^ {2}(\w+):\n {4}ports: (!\w+) (.*)$/gm)].map(([, ...parts]) => parts.join(' '))
    expect(tags.sort()).toEqual([
      'acquirer !reset []',
      'api !override ["127.0.0.1::8080"]',
      'bank !reset []',
      'kafka !reset []',
      'mariadb !reset []',
      'redis !reset []',
      'web !override ["127.0.0.1::8080"]',
    ])
  })
})

test.each([
  'install.sh',
  'build-web.sh',
  'build-backend.sh',
  'test.sh',
  'images.sh',
  'up.sh',
  'smoke.sh',
  'load.sh',
  'logs.sh',
  'down.sh',
])('%s asks nothing of Git: the source may have come as an archive', script => {
  fake('git', 'exit 128')
  run(script, ['smoke'])
  expect(calls().length).toBeGreaterThan(0)
  expect(calls().filter(call => call.startsWith('git'))).toEqual([])
})

describe('install.sh', () => {
  test('takes what the lock file names, lets nothing run, and begins without old reports', () => {
    mkdirSync(join(root, '.data/reports/6'), { recursive: true })
    mkdirSync(join(root, '.data/kafka-jars'))
    expect(run('install.sh').status).toBe(0)
    expect(calls()).toEqual(['npm ci --ignore-scripts --no-audit --no-fund --no-progress'])
    expect([existsSync(join(root, '.data/reports')), existsSync(join(root, '.data/kafka-jars'))]).toEqual([false, true])
  })
})

describe('the builds', () => {
  test('of the web leaves a page, or fails', () => {
    expect(run('build-web.sh').status).not.toBe(0)
    fake('npm', `mkdir -p ${root}/web/dist && echo page > ${root}/web/dist/index.html`)
    expect(run('build-web.sh').status).toBe(0)
    expect(calls()).toEqual(Array(2).fill('npm run build --workspace web'))
  })

  test('of the backend packages it', () => {
    expect(run('build-backend.sh').status).toBe(0)
    expect(calls()).toEqual(['npm run package'])
  })

  test.each(['install.sh', 'build-web.sh', 'build-backend.sh', 'test.sh'])('%s fails when npm does', script => {
    fake('npm', 'exit 7')
    expect(run(script).status).toBe(7)
  })
})

describe('test.sh', () => {
  const env = { REPORTS_FOLDER: '.data/reports/7', COMPOSE_PROJECT_NAME: 'jenkins-7' }

  test('hands its arguments on, and keeps the settings of this build from the services of the tests', () => {
    fake('npm', 'mkdir -p "$JUNIT_FOLDER" && echo "<testsuites/>" > "$JUNIT_FOLDER/jest-unit.xml"')
    expect(run('test.sh', ['--native', '--only', 'unit'], env)).toMatchObject({ status: 0, stderr: '' })
    expect(calls()).toEqual(['npm test -- --native --only unit'])
    expect(linesOf('settings').map(line => line.trim())).toEqual(['.data/reports/7/junit'])
  })

  test('keeps the logs of a failure beside the reports', () => {
    fake('npm', `mkdir -p ${root}/.data/test/logs && echo boom > ${root}/.data/test/logs/api.log; exit 3`)
    expect(run('test.sh', [], env).status).toBe(3)
    expect(readFileSync(join(root, '.data/reports/7/test-logs/api.log'), 'utf8')).toBe('boom\n')
  })

  test('is not green without a report', () => {
    expect(run('test.sh', [], env).status).not.toBe(0)
  })
})

describe('up.sh', () => {
  test('waits until all is healthy, and says where it is', () => {
    fake('docker', ports)
    expect(run('up.sh')).toMatchObject({
      status: 0,
      stdout: 'API  http://127.0.0.1:4101\nshop http://127.0.0.1:4102\n',
    })
    expect(calls()[0]).toBe('docker compose up --detach --no-build --wait --wait-timeout 300')
  })

  test('fails when a container does not become healthy', () => {
    fake('docker', 'echo "dependency failed to start: container api is unhealthy" >&2; exit 1')
    expect(run('up.sh')).toMatchObject({ status: 1, stderr: expect.stringContaining('unhealthy') })
    expect(calls()).toHaveLength(1)
  })
})

describe('smoke.sh', () => {
  const env = { REPORTS_FOLDER: '.data/reports/7' }

  test('buys through the API, then through the shop', () => {
    fake('docker', ports)
    expect(run('smoke.sh', [], env).status).toBe(0)
    expect(calls().filter(call => call.startsWith('npm'))).toEqual([
      'npm run smoke -- --api http://127.0.0.1:4101 --junit .data/reports/7/junit/smoke-api.xml',
      'npm run smoke -- --api http://127.0.0.1:4102 --junit .data/reports/7/junit/smoke-web.xml',
    ])
  })

  test('fails with the first that fails', () => {
    fake('docker', ports)
    fake('npm', 'exit 1')
    expect(run('smoke.sh', [], env).status).toBe(1)
    expect(calls().filter(call => call.startsWith('npm'))).toHaveLength(1)
  })

  test('fails when nothing is published', () => {
    fake('docker', 'exit 1')
    expect(run('smoke.sh', [], env).status).toBe(1)
    expect(calls()).toEqual(['docker compose port api 8080'])
  })
})

describe('load.sh', () => {
  const env = { REPORTS_FOLDER: '.data/reports/7' }
  const reported = 'mkdir -p .data/reports/7/load && echo "<testsuites/>" > ".data/reports/7/load/$4.xml"'

  test('runs each scenario that it is given, and puts its JUnit report with the others', () => {
    fake('docker', ports)
    fake('npm', reported)
    expect(run('load.sh', ['smoke', 'spike-repeats'], env)).toMatchObject({ status: 0, stderr: '' })
    const given = '--api http://127.0.0.1:4101 --reports .data/reports/7/load --history .data/load-history.csv'
    expect(calls().filter(call => call.startsWith('npm'))).toEqual([
      `npm run load -- smoke ${given} --invariants-wait 130`,
      `npm run load -- spike-repeats ${given} --invariants-wait 130`,
    ])
    for (const name of ['smoke', 'spike-repeats'])
      expect(existsSync(join(root, `.data/reports/7/junit/load-${name}.xml`))).toBe(true)
  })

  // What `npm run load` ends with when a threshold broke, when it was void, and when it could not run at all.
  test.each([99, 3, 1])('fails with %i as npm does, after the other scenarios and with their reports', status => {
    fake('docker', ports)
    fake('npm', `${reported}; [ "$4" != smoke ] || exit ${status}`)
    expect(run('load.sh', ['smoke', 'spike-repeats'], env).status).toBe(status)
    expect(calls().filter(call => call.startsWith('npm'))).toHaveLength(2)
    expect(existsSync(join(root, '.data/reports/7/junit/load-smoke.xml'))).toBe(true)
  })

  test('refuses to run nothing', () => {
    expect(run('load.sh', [], env).status).toBe(1)
    expect(calls()).toEqual([])
  })
})

describe('logs.sh', () => {
  const env = { REPORTS_FOLDER: '.data/reports/7' }
  const report = (name: string) => readFileSync(join(root, '.data/reports/7/containers', name), 'utf8')

  test('keeps what each container said, also one that has ended', () => {
    const answers =
      'case "$*" in "compose ps --all --services") printf "api\\nmigrate\\n";; "compose ps --all") echo table;; *migrate) echo "no route" >&2;; *) echo "hello";; esac'
    fake('docker', answers)
    expect(run('logs.sh', [], env)).toMatchObject({ status: 0, stderr: '' })
    expect([report('ps.txt'), report('api.log'), report('migrate.log')]).toEqual(['table\n', 'hello\n', 'no route\n'])
  })

  test('has nothing to say where nothing was started', () => {
    expect(run('logs.sh', [], env).status).toBe(0)
    expect(calls()).toEqual(['docker compose ps --all', 'docker compose ps --all --services'])
  })

  test('fails without an engine', () => {
    fake('docker', 'exit 1')
    expect(run('logs.sh', [], env).status).toBe(1)
  })
})

describe('down.sh', () => {
  const env = { COMPOSE_PROJECT_NAME: 'jenkins-7' }
  const down = 'docker compose down --volumes --remove-orphans --timeout 30'
  const list = 'docker image ls --quiet --filter reference=payment-backend-*:jenkins-7'

  test('removes containers, volumes, networks and the images of this run alone', () => {
    fake('docker', 'case "$1 $2" in "image ls") printf "aaa\\nbbb\\n";; esac')
    expect(run('down.sh', [], env).status).toBe(0)
    expect(calls()).toEqual([down, list, 'docker image rm --force aaa bbb'])
  })

  test('is content where there is nothing', () => {
    expect(run('down.sh', [], env).status).toBe(0)
    expect(calls()).toEqual([down, list])
  })

  test('fails when something is left', () => {
    fake('docker', 'exit 1')
    expect(run('down.sh', [], env).status).toBe(1)
  })
})
