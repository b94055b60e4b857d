/** `npm run service -- stop|start|kill|pause|resume <process>`: one part of the running system, through its starter. */
import { Argument } from '@commander-js/extra-typings'
import { processNames } from './local/run-file.ts'
import { actions, changeService } from './local/service.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm run service', 'Changes one part of the running system, through its starter.')
  .addArgument(new Argument('<action>', 'what to do').choices(actions))
  .addArgument(new Argument('<process>', 'to which part').choices(processNames))
  .addHelpText(
    'after',
    `
Actions:
  stop    ends it in an orderly way and holds it down
  start   brings it back
  kill    SIGKILL; the starter brings it back by itself
  pause   SIGSTOP: it keeps its connections and answers nobody
  resume  SIGCONT`,
  )

// Without a word, it says which there are.
if (process.argv.length === 2) command.help()
await run(command, (_flags, action, name) => changeService(action, name))
