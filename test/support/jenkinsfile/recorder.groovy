/*
 * Runs declarative pipelines and job definitions without Jenkins and records what they would do.
 *
 * Standard input: {"runs": [{"name", "kind": "pipeline" | "job", "text", "env": {}, "params"?: {}, "cause"?, "failAt"?: {"stage"? | "post"?, "result"?}}]}
 * `params` are the parameters that a person sets; `cause` is what triggered the build, such as TimerTrigger.
 * Standard output: [{"name", "result", "errors": [], "options": [], "stages": [], "steps": [{"step", "args", "stage", "post", "within"}]}]
 *
 * A section, option or step that is not known here is an error, as it would be in Jenkins. `failAt.stage` lets the first step of
 * that stage fail, `failAt.post` the n-th step after the stages; `result` ABORTED ends it as a person's abort does.
 */
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilerConfiguration

class Refused extends RuntimeException {
  Refused(String message) { super(message) }
}

/** A step that ended badly. */
class StepFailed extends RuntimeException {
  final String result
  StepFailed(String result) { super(result); this.result = result }
}

class Recording {
  Map env = [:]
  Map failAt
  String result = 'SUCCESS'
  String stage
  String post
  List within = []
  List errors = []
  List stages = []
  List steps = []
  List options = []
  List triggers = []
  Map environment = [:]
  /** The defaults of the parameters, and what a person set instead. */
  Map params = [:]
  Map givenParams = [:]
  String cause
  int postSteps = 0
  boolean failed = false

  static final RESULTS = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']

  /** Pipelines fail for good: a later success does not make up for it. */
  void worsen(String to) {
    if (RESULTS.indexOf(to) > RESULTS.indexOf(result)) result = to
  }

  void record(String step, args) {
    steps << [step: step, args: plain(args), stage: stage, post: post, within: within.collect()]
    if (shouldFail()) {
      failed = true
      throw new StepFailed(failAt.result ?: 'FAILURE')
    }
  }

  private boolean shouldFail() {
    if (!failAt || failed) return false
    return post == null ? failAt.stage == stage : failAt.post == postSteps++
  }

  static plain(value) {
    if (value instanceof Map) return value.collectEntries { key, one -> [key.toString(), plain(one)] }
    if (value instanceof List || value instanceof Object[]) return value.collect { plain(it) }
    return value instanceof GString ? value.toString() : value
  }
}

/** A block in which only certain words mean something. */
abstract class Block {
  final Recording recording
  final String where

  Block(Recording recording, String where) {
    this.recording = recording
    this.where = where
  }

  def run(Closure body) {
    def copy = body.clone() as Closure
    copy.delegate = this
    copy.resolveStrategy = Closure.DELEGATE_ONLY
    copy.call()
  }

  def methodMissing(String name, args) { throw new Refused("$where does not know \"$name\"") }

  /** `env` and its variables; a word that is neither is a mistake. */
  def propertyMissing(String name) {
    if (name == 'env') return new Environment(recording)
    if (name == 'params') return new Parameters(recording)
    if (recording.environment.containsKey(name)) return recording.environment[name]
    if (recording.env.containsKey(name)) return recording.env[name]
    throw new Refused("$where: nobody knows what \"$name\" is")
  }

  def propertyMissing(String name, value) { throw new Refused("$where: \"$name\" cannot be set here") }
}

class Environment {
  final Recording recording
  Environment(Recording recording) { this.recording = recording }
  def propertyMissing(String name) { recording.environment[name] ?: recording.env[name] }
}

class Parameters {
  final Recording recording
  Parameters(Recording recording) { this.recording = recording }
  def propertyMissing(String name) {
    if (!recording.params.containsKey(name)) throw new Refused("nobody declared the parameter \"$name\"")
    recording.params[name]
  }
}

class ParametersBlock extends Block {
  ParametersBlock(Recording recording) { super(recording, 'parameters') }
  def booleanParam(Map args) {
    if (args.keySet() != ['name', 'defaultValue', 'description'] as Set) throw new Refused("$where: booleanParam has $args")
    recording.params[args.name] = recording.givenParams.getOrDefault(args.name, args.defaultValue)
  }
}

class TriggersBlock extends Block {
  TriggersBlock(Recording recording) { super(recording, 'triggers') }
  def cron(String times) {
    if (times.split(' ').length != 5) throw new Refused("$where: \"$times\" has not five fields")
    recording.triggers << times
  }
}

/** Whether a stage runs: every condition in it must hold. */
class WhenBlock extends Block {
  final List results = []
  WhenBlock(Recording recording, String where) { super(recording, where) }
  def anyOf(Closure body) {
    def inner = new WhenBlock(recording, "$where, anyOf")
    inner.run(body)
    results << inner.results.any()
  }
  def triggeredBy(String cause) { results << (recording.cause == cause) }
  def expression(Closure body) { results << (run(body) ? true : false) }
  boolean holds() {
    if (!results) throw new Refused("$where has no condition")
    results.every()
  }
}

class EnvironmentBlock extends Block {
  EnvironmentBlock(Recording recording, String where) { super(recording, where) }
  def propertyMissing(String name, value) {
    if (!(name ==~ /[A-Z][A-Z0-9_]*/)) throw new Refused("$where: \"$name\" is no name of a variable")
    recording.environment[name] = value.toString()
  }
}

class OptionsBlock extends Block {
  static final KNOWN = ['skipDefaultCheckout', 'disableConcurrentBuilds', 'buildDiscarder', 'timeout', 'timestamps', 'retry']
  final String stage
  OptionsBlock(Recording recording, String where, String stage) {
    super(recording, where)
    this.stage = stage
  }
  def logRotator(Map args) { [logRotator: Recording.plain(args)] }
  def methodMissing(String name, args) {
    if (!(name in KNOWN)) super.methodMissing(name, args)
    recording.options << [option: name, args: Recording.plain(args), stage: stage]
  }
}

class StepsBlock extends Block {
  /** Steps of the plugins in deploy/jenkins/plugins.txt that have a body, and those that have none. */
  static final WRAPPERS = ['timeout', 'catchError', 'retry', 'dir', 'withEnv']
  static final KNOWN = ['sh', 'checkout', 'junit', 'archiveArtifacts', 'publishHTML', 'echo', 'error', 'deleteDir']
  StepsBlock(Recording recording, String where) { super(recording, where) }

  def getScm() { 'scm' }

  def methodMissing(String name, args) {
    if (name in WRAPPERS && args && args.last() instanceof Closure) return wrap(name, args.toList())
    if (!(name in KNOWN)) super.methodMissing(name, args)
    if (args.any { it instanceof Closure }) throw new Refused("$where: \"$name\" takes no block")
    recording.record(name, args.length == 1 ? args[0] : args)
  }

  private wrap(String name, List args) {
    recording.within.add([step: name, args: Recording.plain(args.dropRight(1))])
    try {
      run(args.last() as Closure)
    } catch (StepFailed failure) {
      if (name != 'catchError') throw failure
      recording.worsen(failure.result == 'ABORTED' ? 'ABORTED' : 'FAILURE')
    } finally {
      recording.within.removeLast()
    }
  }
}

class PostBlock extends Block {
  /** In the order in which Jenkins looks at them, whatever order they are written in. */
  static final CONDITIONS = ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup']
  final Map bodies = [:]
  PostBlock(Recording recording, String where) { super(recording, where) }

  def methodMissing(String name, args) {
    if (!(name in CONDITIONS) || args.length != 1 || !(args[0] instanceof Closure)) super.methodMissing(name, args)
    if (bodies.containsKey(name)) throw new Refused("$where: \"$name\" is there twice")
    bodies[name] = args[0]
  }

  void finish() {
    CONDITIONS.findAll { bodies.containsKey(it) && applies(it) }.each { condition ->
      recording.post = condition
      try {
        new StepsBlock(recording, "post { $condition }").run(bodies[condition] as Closure)
      } catch (StepFailed failure) {
        recording.worsen(failure.result)
      } finally {
        recording.post = null
      }
    }
  }

  private boolean applies(String condition) {
    switch (condition) {
      case 'always': case 'cleanup': return true
      case 'success': return recording.result == 'SUCCESS'
      case 'unsuccessful': return recording.result != 'SUCCESS'
      case 'changed': case 'fixed': case 'regression': return false
      default: return recording.result == condition.toUpperCase()
    }
  }
}

class StageBlock extends Block {
  final String name
  boolean hasSteps = false
  Closure body
  Closure condition
  PostBlock after
  StageBlock(Recording recording, String name) {
    super(recording, "stage \"$name\"")
    this.name = name
  }
  def options(Closure body) { new OptionsBlock(recording, "$where, options", name).run(body) }
  def environment(Closure body) { new EnvironmentBlock(recording, "$where, environment").run(body) }
  def when(Closure conditions) {
    if (condition != null) throw new Refused("$where has when twice")
    condition = conditions
  }
  /** Read even where the stage would not be reached, so that its mistakes are found. */
  boolean isWanted() {
    if (condition == null) return true
    def when = new WhenBlock(recording, "$where, when")
    when.run(condition)
    when.holds()
  }
  def steps(Closure steps) {
    if (body != null) throw new Refused("$where has steps twice")
    body = steps
  }
  def post(Closure post) {
    after = new PostBlock(recording, "$where, post")
    after.run(post)
  }
  /** Its steps run only after the whole stage has been read, as Jenkins does it. */
  void execute() {
    if (body == null) throw new Refused("$where has no steps")
    def before = recording.steps.size()
    try {
      new StepsBlock(recording, "$where, steps").run(body)
      if (recording.steps.size() == before) throw new Refused("$where has no steps")
    } catch (StepFailed failure) {
      recording.worsen(failure.result)
    }
    after?.finish()
  }
}

class StagesBlock extends Block {
  final List names = []
  StagesBlock(Recording recording) { super(recording, 'stages') }
  def stage(String name, Closure body) {
    if (name in names) throw new Refused("there are two stages \"$name\"")
    names << name
    def stage = new StageBlock(recording, name)
    stage.run(body)
    def isWanted = stage.isWanted()
    // What follows a failed stage is read, so that its mistakes are found, but not carried out.
    if (recording.result != 'SUCCESS' || !isWanted) return
    recording.stages << name
    recording.stage = name
    try {
      stage.execute()
    } finally {
      recording.stage = null
    }
  }
}

class PipelineBlock extends Block {
  final List sections = []
  Closure stagesBody
  PostBlock after
  PipelineBlock(Recording recording) { super(recording, 'pipeline') }
  /** `agent any` asks for the value of a word. */
  def getAny() { 'any' }
  def agent(value) { once('agent') }
  def options(Closure body) { once('options'); new OptionsBlock(recording, 'options', null).run(body) }
  def parameters(Closure body) { once('parameters'); new ParametersBlock(recording).run(body) }
  def triggers(Closure body) { once('triggers'); new TriggersBlock(recording).run(body) }
  def environment(Closure body) { once('environment'); new EnvironmentBlock(recording, 'environment').run(body) }
  def stages(Closure body) { once('stages'); stagesBody = body }
  def post(Closure body) {
    once('post')
    after = new PostBlock(recording, 'post')
    after.run(body)
  }
  private once(String section) {
    if (section in sections) throw new Refused("pipeline: \"$section\" is there twice")
    sections << section
  }
  void execute(Closure body) {
    run(body)
    ['agent', 'stages'].findAll { !(it in sections) }.each { throw new Refused("pipeline has no \"$it\"") }
    def stages = new StagesBlock(recording)
    stages.run(stagesBody)
    if (!stages.names) throw new Refused('stages: there is none')
    after?.finish()
  }
}

/** Job DSL as far as deploy/jenkins/casc.yaml uses it: every word is recorded by its path. */
class JobBlock extends Block {
  static final KNOWN = [
    'pipelineJob': ['description', 'displayName', 'definition', 'logRotator', 'properties'],
    'pipelineJob.definition': ['cpsScm'],
    'pipelineJob.definition.cpsScm': ['scm', 'scriptPath', 'lightweight'],
    'pipelineJob.definition.cpsScm.scm': ['git'],
    'pipelineJob.definition.cpsScm.scm.git': ['remote', 'branch', 'branches'],
    'pipelineJob.definition.cpsScm.scm.git.remote': ['url', 'name', 'credentials'],
  ]
  JobBlock(Recording recording, String where) { super(recording, where) }
  def methodMissing(String name, args) {
    if (!(name in (KNOWN[where] ?: []))) super.methodMissing(name, args)
    def body = args && args.last() instanceof Closure ? args.last() as Closure : null
    recording.steps << [step: "$where.$name".toString(), args: Recording.plain(args.toList().findAll { !(it instanceof Closure) })]
    if (body) new JobBlock(recording, "$where.$name").run(body)
  }
}

abstract class RecordedScript extends Script {
  Recording getRecording() { binding.getVariable('recording') as Recording }
}

abstract class PipelineScript extends RecordedScript {
  def pipeline(Closure body) { new PipelineBlock(recording).execute(body) }
  def methodMissing(String name, args) { throw new Refused("a Jenkinsfile does not know \"$name\" outside pipeline { }") }
}

abstract class JobScript extends RecordedScript {
  def pipelineJob(String name, Closure body) {
    recording.steps << [step: 'pipelineJob', args: [name]]
    new JobBlock(recording, 'pipelineJob').run(body)
  }
  def methodMissing(String name, args) { throw new Refused("a job definition does not know \"$name\"") }
}

/** One text is compiled once, however often it is run. */
Class compiled(Map cache, Map run) {
  def settings = new CompilerConfiguration()
  settings.scriptBaseClass = (run.kind == 'job' ? JobScript : PipelineScript).name
  def key = [run.kind, run.text]
  if (!cache.containsKey(key)) {
    def loader = new GroovyClassLoader(this.class.classLoader, settings)
    cache[key] = loader.parseClass(run.text as String, 'Recorded.groovy')
  }
  cache[key] as Class
}

Map recordingOf(Map cache, Map run) {
  def recording = new Recording(env: run.env ?: [:], failAt: run.failAt, givenParams: run.params ?: [:], cause: run.cause)
  try {
    def script = compiled(cache, run).getDeclaredConstructor().newInstance() as Script
    script.binding = new Binding(recording: recording)
    script.run()
    if (recording.steps.isEmpty()) recording.errors << 'it does nothing'
  } catch (CompilationFailedException | Refused | MissingPropertyException | MissingMethodException error) {
    recording.errors << error.message
    recording.result = 'FAILURE'
  }
  [name: run.name, result: recording.result, errors: recording.errors, options: recording.options,
   environment: recording.environment, triggers: recording.triggers, stages: recording.stages, steps: recording.steps]
}

def input = new JsonSlurper().parse(System.in, 'UTF-8') as Map
def cache = [:]
println JsonOutput.toJson(input.runs.collect { recordingOf(cache, it as Map) })
