/** A function in Python ends as under Lambda, whatever it answers, raises or prints; and when its process dies. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { brokers } from '../broker.ts'
import { startService } from '../fixture-app.ts'
import { hasPython, writeFunctions } from '../functions-app.ts'
import { apps, produceTo, TEST_TIMEOUT_MS, topic, untilCommitted, useTopic } from '../real-broker.ts'

useTopic({ partitions: 1 })

const handler = `
import base64, os, subprocess, sys

def handler(event, context):
    [[record]] = event["records"].values()
    value = base64.b64decode(record["value"]).decode()
    with open("journal.txt", "a+") as journal:
        journal.seek(0)
        is_first = value not in journal.read().splitlines()
        journal.write(value + "\\n")
    if not is_first:
        return None
    if value == "answers":
        return {"statusCode": 200}
    if value == "answers a falsy value":
        return 0
    if value == "prints":
        sys.stdout.write("a line that is not ended")
    if value == "prints past sys.stdout":
        os.write(1, b"os.write shows\\n")
        subprocess.run(["printf", "a child shows"])
        print("print shows")
    if value == "raises":
        raise ValueError("gone")
    if value == "exits":
        sys.exit(1)
    if value == "answers no JSON":
        return object()
    if value == "dies":
        os._exit(1)
`
const succeeds = ['answers nothing', 'answers', 'answers a falsy value', 'prints', 'prints past sys.stdout']
const fails = ['raises', 'exits', 'answers no JSON', 'dies']

const withPython = hasPython ? test : test.skip

withPython(
  'an answer or nothing is a success; what is raised, no JSON and a process that dies are failures: the record comes again',
  async () => {
    // Python has a module of that name, too: the service's own comes first.
    const functions = { [topic]: { handler: 'colorsys.handler', runtime: 'python3.13', timeout: 30 } }
    const folder = writeFunctions(functions, {}, brokers, { 'colorsys.py': handler })
    try {
      await produceTo(0, ...succeeds, ...fails, 'last')
      apps.push(await startService(folder, {}))
      await untilCommitted([succeeds.length + fails.length + 1])
      const attempts = readFileSync(join(folder, 'journal.txt'), 'utf8').trim().split('\n')
      expect(attempts).toEqual([...succeeds, ...fails.flatMap(value => [value, value]), 'last'])
      const shown = ['a line that is not ended', 'os.write shows', 'a child shows', 'print shows']
      for (const line of shown) expect(apps[0]!.output()).toContain(line)
    } finally {
      for (const app of apps) app.signal('SIGKILL')
      await Promise.all(apps.map(app => app.exited))
      rmSync(folder, { recursive: true })
    }
  },
  TEST_TIMEOUT_MS,
)
