/** Which texts the catalogues have, and which of them a source asks for, as the compiler knows it: a key that is built at run time is all that it can be. */
import { dirname, relative } from 'node:path'

import ts from 'typescript'

export interface Found {
  /** As `area:key`, without the endings of plurals. */
  readonly texts: ReadonlySet<string>
  readonly asked: ReadonlySet<string>
  /** Calls of which the compiler does not know what they ask for. */
  readonly untold: readonly string[]
}

const PLURAL = /_(?:zero|one|two|few|many|other)$/u

/** `project`: the path of a tsconfig.json, whose catalogues are the interface `Areas` in `home`; sources below `within` are read. */
export function find(project: string, home: string, within: string): Found {
  const root = dirname(project)
  const { config } = ts.readConfigFile(project, (path) => ts.sys.readFile(path)) as { config: unknown }
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(fileNames.filter((name) => name.startsWith(within)), options)
  const checker = program.getTypeChecker()
  const reader = new Reader(checker)
  const areas = program.getSourceFile(home)?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === 'Areas')
  if (areas === undefined) throw new Error(`${home} declares no Areas`)
  const texts = new Set<string>()
  for (const area of checker.getTypeAtLocation(areas).getProperties()) reader.leaves(checker.getTypeOfSymbol(area), `${area.name}:`, texts)
  for (const source of program.getSourceFiles()) {
    if (source.fileName.startsWith(within) && !source.isDeclarationFile) reader.read(source, relative(root, source.fileName))
  }
  return { texts, asked: reader.asked, untold: reader.untold }
}

class Reader {
  readonly asked = new Set<string>()
  readonly untold: string[] = []
  readonly #checker: ts.TypeChecker

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker
  }

  leaves(type: ts.Type, path: string, into: Set<string>): void {
    if (type.isStringLiteral()) into.add(path.replace(PLURAL, ''))
    else for (const member of type.getProperties()) this.leaves(this.#checker.getTypeOfSymbol(member), path.endsWith(':') ? `${path}${member.name}` : `${path}.${member.name}`, into)
  }

  read(source: ts.SourceFile, name: string): void {
    const visit = (node: ts.Node) => {
      if (ts.isCallExpression(node)) this.#call(node, name)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }

  #call(node: ts.CallExpression, file: string): void {
    const areas = this.#areasOf(node.expression)
    const [first] = node.arguments
    if (areas === null || first === undefined) return
    const keys = this.#texts(first)
    if (keys === null) {
      const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart())
      this.untold.push(`${file}:${line + 1} ${first.getText()}`)
      return
    }
    for (const key of keys) this.asked.add(key.includes(':') ? key : `${areas}:${key}`)
  }

  /** The area in which this is looked up, where it is what looks up texts. */
  #areasOf(callee: ts.Expression): string | null {
    const type = this.#checker.getTypeAtLocation(callee)
    if (type.symbol?.name !== 'TFunction') return null // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- not every type has one
    const [area] = this.#checker.getTypeArguments(type as ts.TypeReference)
    const own = area !== undefined && this.#checker.isTupleType(area) ? this.#checker.getTypeArguments(area as ts.TypeReference)[0] : area
    return own?.isStringLiteral() === true ? own.value : 'common'
  }

  #texts(node: ts.Expression): string[] | null {
    const type = this.#checker.getTypeAtLocation(node)
    const parts = type.isUnion() ? type.types : [type]
    return parts.every((part) => part.isStringLiteral()) ? parts.map((part) => part.value) : null
  }
}
