/** The Jenkinsfile and Jenkins's job, parsed and run by Groovy without Jenkins: their order, their scripts, and however it ends. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import {
  ensureGroovy,
  groovyObstacle,
  type RecorderRun,
  type Recording,
  record,
} from '../support/jenkinsfile/groovy.ts'
import {
  brokenAfterFailure,
  brokenRules,
  endingExpected,
  loadRun,
  stagesExpected,
} from '../support/jenkinsfile/rules.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const jenkinsfile = textOf('Jenkinsfile')
const env = { BUILD_TAG: 'jenkins-payment-backend-7', BUILD_NUMBER: '7' }
const stageNames = stagesExpected.map(([stage]) => stage)
const results = ['FAILURE', 'ABORTED'] as const

/** The job's script as Jenkins's configuration reads it from casc.yaml, its variables replaced. */
const jobScript = () => {
  const { jobs } = parse(textOf('deploy/jenkins/casc.yaml')) as { jobs: { script: string }[] }
  const values: Record<string, string> = { CI_REPOSITORY: 'file:///srv/payment-backend.git', CI_BRANCH: 'main' }
  return jobs.map(({ script }) => script.replace(/\$\{(\w+)\}/g, (_, name) => values[name] ?? '')).join('\n')
}

/** The Jenkinsfile with one mistake in it. */
function mistaken(from: string | RegExp, to: string): string {
  const text = jenkinsfile.replace(from, to)
  if (text === jenkinsfile) throw new Error(`the Jenkinsfile has no ${from}`)
  return text
}

const stageText = (name: string) => {
  const [text] = new RegExp(` {4}stage\\('${name}'\\) \\{\\n.*?\\n {4}\\}\\n`, 's').exec(jenkinsfile) ?? []
  if (text === undefined) throw new Error(`the Jenkinsfile has no stage ${name}`)
  return text
}

const swapped = (one: string, other: string): string =>
  jenkinsfile
    .replace(stageText(one), '<first>')
    .replace(stageText(other), () => stageText(one))
    .replace('<first>', () => stageText(other))

const inMistakes: [what: string, text: string, problem: RegExp][] = [
  ['a brace too few', jenkinsfile.trimEnd().slice(0, -1), /startup failed/],
  ['a string without an end', mistaken("'deploy/pipeline/up.sh'", "'deploy/pipeline/up.sh"), /startup failed/],
  ['a step that there is none of', mistaken("sh 'deploy/pipeline/up.sh'", "bat 'up'"), /does not know "bat"/],
  ['an option that there is none of', mistaken('timestamps()', 'timestamp()'), /does not know "timestamp"/],
  ['a section in the wrong place', mistaken('agent any', 'agent any\n  steps { }'), /does not know "steps"/],
  ['a misspelt variable', mistaken('env.BUILD_TAG', 'environment.BUILD_TAG'), /nobody knows what "environment" is/],
  ['no agent', mistaken('  agent any\n', ''), /has no "agent"/],
  [
    'a stage without steps',
    mistaken("        sh 'deploy/pipeline/up.sh'\n", ''),
    /stage "Compose up", .*has no steps|has no steps/,
  ],
  ['two stages of one name', mistaken("stage('Images')", "stage('Tests')"), /two stages "Tests"/],
  ['two stages swapped', swapped('Tests', 'Images'), /the stages should be/],
  ['no smoke test', mistaken(stageText('Smoke test'), ''), /the stages should be/],
  ['a script that is not there', mistaken('build-web.sh', 'build-shop.sh'), /build-shop.sh is not there/],
  [
    'a script that is only read',
    mistaken("'deploy/pipeline/up.sh'", "'deploy/pipeline/settings.sh'"),
    /is not executable/,
  ],
  [
    'a shell line',
    mistaken("'deploy/pipeline/up.sh'", "'deploy/pipeline/up.sh || true'"),
    /more than the call of a script/,
  ],
  ['clean-up only after a success', mistaken('    always {', '    success {'), /the ending should be/],
  ['clean-up before the logs', mistaken(/logs\.sh(.*)down\.sh/s, 'down.sh$1logs.sh'), /the ending should be/],
  [
    'logs that may end the ending',
    mistaken(/catchError\([^)]*\) /, "timeout(time: 1, unit: 'HOURS') "),
    /would keep the rest/,
  ],
  ['two builds at once', mistaken('    disableConcurrentBuilds()\n', ''), /no option disableConcurrentBuilds/],
  ['a stage without a limit', mistaken(/ {6}options \{ timeout\(time: 40.*\n/, ''), /stage "Tests" may take for ever/],
  [
    'a parameter that nobody declared',
    mistaken('params.LOAD_RUN', 'params.LOAD'),
    /nobody declared the parameter "LOAD"/,
  ],
  ['a condition that there is none of', mistaken('triggeredBy', 'trigger'), /does not know "trigger"/],
  ['a time that is none', mistaken("cron('H 2 * * *')", "cron('H 2 * *')"), /has not five fields/],
  ['no load', mistaken(stageText('Load smoke'), ''), /the stages should be/],
  ['one project for all builds', mistaken(/"\$\{env\.BUILD_TAG\}"/, "'payments'"), /COMPOSE_PROJECT_NAME is the same/],
]

/** Builds that also run the long load. */
const withLoad: [why: string, given: Pick<RecorderRun, 'params' | 'cause'>][] = [
  ['a person asked for it', { params: { LOAD_RUN: true } }],
  ['it is night', { cause: 'TimerTrigger' }],
]
const stagesWithLoad = [...stagesExpected, loadRun]

const failuresInStages = stageNames.flatMap(stage => results.map(result => ({ stage, result })))
const failuresAtEnd = endingExpected.flatMap((step, post) => results.map(result => ({ step, post, result })))

const runs: RecorderRun[] = [
  { name: 'usual', kind: 'pipeline', text: jenkinsfile, env },
  { name: 'job', kind: 'job', text: jobScript() },
  ...withLoad.map(([name, given]): RecorderRun => ({ name, kind: 'pipeline', text: jenkinsfile, env, ...given })),
  {
    name: 'broken threshold',
    kind: 'pipeline',
    text: jenkinsfile,
    env,
    cause: 'TimerTrigger',
    failAt: { stage: 'Load run', result: 'FAILURE' },
  },
  { name: 'wrong job', kind: 'job', text: jobScript().replace('scriptPath', 'script') },
  ...inMistakes.map(([name, text]): RecorderRun => ({ name, kind: 'pipeline', text, env })),
  ...failuresInStages.map(
    (failAt): RecorderRun => ({ name: JSON.stringify(failAt), kind: 'pipeline', text: jenkinsfile, env, failAt }),
  ),
  ...failuresAtEnd.map(
    ({ post, result }): RecorderRun => ({
      name: JSON.stringify({ post, result }),
      kind: 'pipeline',
      text: jenkinsfile,
      env,
      failAt: { post, result },
    }),
  ),
]

const obstacle = groovyObstacle()
if (obstacle) console.warn(`left out: ${obstacle}`)
const describeWithGroovy = obstacle ? describe.skip : describe

let recordings: Map<string, Recording>
const recordingOf = (name: string): Recording => recordings.get(name)!

beforeAll(async () => {
  if (obstacle) return
  await ensureGroovy(join(systemUnderTest().logsFolder, 'groovy.log'))
  recordings = await record(runs)
})

describeWithGroovy('the Jenkinsfile', () => {
  test('has its stages in order, each with the script that is its own, and ends by archiving and clean-up', () => {
    expect(brokenRules(recordingOf('usual'), repositoryFolder)).toEqual([])
  })

  test('gives a build its own Compose project and its own reports', () => {
    const { environment, steps } = recordingOf('usual')
    expect(environment).toMatchObject({ COMPOSE_PROJECT_NAME: env.BUILD_TAG, REPORTS_FOLDER: '.data/reports/7' })
    expect(steps.find(({ step }) => step === 'junit')?.args).toMatchObject({
      testResults: `${environment.REPORTS_FOLDER}/junit/*.xml`,
    })
    expect(steps.find(({ step }) => step === 'archiveArtifacts')?.args).toMatchObject({
      artifacts: `${environment.REPORTS_FOLDER}/**`,
    })
  })
})

describeWithGroovy('the load run', () => {
  test.each(withLoad)('is the last stage when %s', name => {
    expect(brokenRules(recordingOf(name), repositoryFolder, stagesWithLoad)).toEqual([])
  })

  test('is left out of a usual build, and comes once a night by itself', () => {
    const { stages, triggers } = recordingOf('usual')
    expect(stages).not.toContain(loadRun[0])
    expect(triggers).toEqual([expect.stringMatching(/^H [0-5] \* \* \*$/)])
  })

  test('fails the build when a threshold breaks, and its report is published and archived', () => {
    const recording = recordingOf('broken threshold')
    expect(brokenAfterFailure(recording, loadRun[0], 'FAILURE', stagesWithLoad)).toEqual([])
    const published = recording.steps.find(({ step }) => step === 'publishHTML')?.args
    expect(published).toMatchObject({ target: { reportDir: '.data/reports/7/load', reportFiles: 'index.html' } })
  })
})

describeWithGroovy('a build that ends early', () => {
  test.each(failuresInStages)('in "$stage" by $result runs nothing more, and is archived and cleaned up', failAt => {
    const recording = recordingOf(JSON.stringify(failAt))
    expect(brokenAfterFailure(recording, failAt.stage, failAt.result)).toEqual([])
  })

  test.each(failuresAtEnd)('at its end in $step by $result still does the rest of the ending', ({ post, result }) => {
    expect(brokenAfterFailure(recordingOf(JSON.stringify({ post, result })), null, result)).toEqual([])
  })
})

describeWithGroovy('a mistake is found:', () => {
  test.each(inMistakes)('%s', (name, _, problem) => {
    expect(brokenRules(recordingOf(name), repositoryFolder).join('\n')).toMatch(problem)
  })

  describe('in what the scripts call', () => {
    let copy: string
    beforeAll(() => {
      copy = mkdtempSync(join(tmpdir(), 'pipeline-'))
      mkdirSync(join(copy, 'web'))
      for (const path of ['deploy/pipeline', 'scripts', 'package.json', 'web/package.json'])
        cpSync(join(repositoryFolder, path), join(copy, path), { recursive: true })
    })
    afterAll(() => rmSync(copy, { recursive: true }))

    test('an npm script that is gone, and one without its file', () => {
      expect(brokenRules(recordingOf('usual'), copy)).toEqual([])
      const { scripts, ...rest } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
      const { package: _, ...others } = scripts
      writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...rest, scripts: others }))
      rmSync(join(copy, 'scripts/smoke.ts'))
      chmodSync(join(copy, 'deploy/pipeline/down.sh'), 0o644)
      expect(brokenRules(recordingOf('usual'), copy)).toEqual([
        'deploy/pipeline/build-backend.sh calls npm run package, which . does not have',
        'there is no scripts/smoke.ts',
        'there is no scripts/smoke.ts',
        'deploy/pipeline/down.sh is not executable',
      ])
    })
  })
})

describeWithGroovy("Jenkins's job", () => {
  test('is a pipeline from this repository, described by its Jenkinsfile', () => {
    const { errors, steps } = recordingOf('job')
    expect(errors).toEqual([])
    const said = Object.fromEntries(steps.map(({ step, args }) => [step, (args as unknown[])[0]]))
    expect(said).toMatchObject({
      pipelineJob: 'payment-backend',
      'pipelineJob.definition.cpsScm.scm.git.remote.url': 'file:///srv/payment-backend.git',
      'pipelineJob.definition.cpsScm.scm.git.branch': 'main',
      'pipelineJob.definition.cpsScm.scriptPath': 'Jenkinsfile',
    })
  })

  test('may not say what a job does not know', () => {
    expect(recordingOf('wrong job').errors).toEqual(['pipelineJob.definition.cpsScm does not know "script"'])
  })
})
