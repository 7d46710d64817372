/** Answers for a lint rule whether a name means the global of that name or something declared here. */

// The published union leaves parameter properties (`constructor(private x)`) out.
type Node = Deno.lint.Node | Deno.lint.TSParameterProperty;

/** Whether a declaration in any scope around `node` (parameter, variable, import…) binds `name`. */
export function isDeclared(node: Node, name: string): boolean {
  let scope: Node | undefined = node;
  while (scope) {
    if (declaredIn(scope).includes(name)) return true;
    scope = (scope as { parent?: Node }).parent;
  }
  return false;
}

function declaredIn(scope: Node): readonly string[] {
  // Functions and function types have them. (`"params" in scope` is true for every node there is.)
  const { params } = scope as { params?: readonly Node[] };
  if (params) return params.flatMap(patternNames);
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
    case "TSModuleBlock":
      return scope.body.flatMap(statementNames);
    case "ForStatement":
      return scope.init ? statementNames(scope.init) : [];
    case "ForOfStatement":
    case "ForInStatement":
      return statementNames(scope.left);
    case "CatchClause":
      return scope.param ? patternNames(scope.param) : [];
    default:
      return [];
  }
}

function statementNames(statement: Node): readonly string[] {
  switch (statement.type) {
    case "ImportDeclaration":
      return statement.specifiers.map((specifier) => specifier.local.name);
    case "ExportNamedDeclaration":
      return statement.declaration ? statementNames(statement.declaration) : [];
    case "VariableDeclaration":
      // `declare const fetch` names the global itself.
      return statement.declare ? [] : statement.declarations.flatMap(({ id }) => patternNames(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id ? [statement.id.name] : [];
    default:
      return [];
  }
}

function patternNames(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property.argument : property.value)
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => element ? patternNames(element) : []);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    case "TSParameterProperty":
      return patternNames(pattern.parameter);
    default:
      return [];
  }
}
