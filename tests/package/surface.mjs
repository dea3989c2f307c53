// @ts-check
// Lists the public API of a package from its declarations: every exported name, with its members, types and documentation.
import ts from "typescript";

/**
 * @typedef {object} Item one thing that a user can name
 * @property {string} name such as `CloudClientOptions.keyId`, `Services.list`, `new RateLimiter`
 * @property {ts.Symbol} symbol
 * @property {string} words its documentation
 * @property {boolean} callable
 */

/**
 * What modules export.
 *
 * @param {ts.Program} program
 * @param {string[]} entries their files
 * @param {(file: string) => boolean} own whether a file is of the package
 */
export function surface(program, entries, own) {
  const checker = program.getTypeChecker();
  /** @param {ts.Symbol} symbol */
  const declared = (symbol) => (symbol.declarations ?? []).find((node) => own(node.getSourceFile().fileName));
  /** @param {ts.Symbol} symbol */
  const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exports = entries.flatMap((entry) => {
    const file = program.getSourceFile(entry);
    const symbol = file && checker.getSymbolAtLocation(file);
    if (symbol === undefined) throw new Error(`${entry} exports nothing`);
    return checker.getExportsOfModule(symbol).map(resolved);
  });

  /** @param {ts.Type} type */
  const members = (type) =>
    checker.getPropertiesOfType(type).filter((symbol) => {
      const node = declared(symbol);
      const name = node && ts.getNameOfDeclaration(/** @type {ts.Declaration} */ (node));
      return node !== undefined && !(name && ts.isPrivateIdentifier(name));
    });

  /** @param {ts.Symbol} symbol */
  function types(symbol) {
    const all = [];
    if (symbol.flags & ts.SymbolFlags.Type) all.push(checker.getDeclaredTypeOfSymbol(symbol));
    if (symbol.flags & ts.SymbolFlags.Value) all.push(checker.getTypeOfSymbol(symbol));
    return all;
  }

  /** Every item. @returns {Item[]} */
  function items() {
    /** @param {string} name @param {ts.Symbol} symbol @returns {Item} */
    const item = (name, symbol) => ({
      name,
      symbol,
      words: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
      callable: symbol.flags & ts.SymbolFlags.Value ? checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 : false,
    });
    return exports.flatMap((symbol) => {
      const all = [item(symbol.name, symbol)];
      for (const type of types(symbol)) {
        // Of a union of words there is nothing to name but itself, and of what a type is made of its own name.
        if (type.isUnion() || !declared(type.symbol ?? symbol)) continue;
        for (const signature of type.getConstructSignatures()) {
          const node = signature.getDeclaration();
          if (node && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Protected) continue;
          const words = ts.displayPartsToString(signature.getDocumentationComment(checker)).trim();
          all.push({ name: `new ${symbol.name}`, symbol, words, callable: true });
        }
        for (const member of members(type)) {
          const shown = member.name.startsWith("__@dispose") ? "[Symbol.dispose]" : member.name;
          all.push(item(`${symbol.name}.${shown}`, member));
        }
      }
      return all;
    });
  }

  /** Where in it something is `any`. */
  function anys() {
    /** @type {string[]} */
    const found = [];
    /** @type {Set<ts.Type>} */
    const seen = new Set();
    /** @param {ts.Type} type @param {string} place */
    function visit(type, place) {
      if (type.flags & ts.TypeFlags.Any) found.push(place);
      if (seen.has(type)) return;
      seen.add(type);
      if (type.flags & ts.TypeFlags.UnionOrIntersection) {
        for (const one of /** @type {ts.UnionOrIntersectionType} */ (type).types) visit(one, place);
        return;
      }
      if (type.flags & ts.TypeFlags.Conditional) {
        const { root } = /** @type {ts.ConditionalType} */ (type);
        for (const node of [root.node.trueType, root.node.falseType]) visit(checker.getTypeFromTypeNode(node), place);
      }
      if (type.flags & ts.TypeFlags.TypeParameter) {
        for (const one of [type.getConstraint(), type.getDefault()]) if (one) visit(one, `${place}<>`);
        return;
      }
      for (const one of type.aliasTypeArguments ?? []) visit(one, `${place}<>`);
      if (!(type.flags & ts.TypeFlags.Object)) return;
      if (/** @type {ts.ObjectType} */ (type).objectFlags & ts.ObjectFlags.Reference) {
        const { target } = /** @type {ts.TypeReference} */ (type);
        for (const [index, one] of checker.getTypeArguments(/** @type {ts.TypeReference} */ (type)).entries()) {
          // Type arguments that are defaults of a library are skipped.
          if (target.typeParameters?.[index]?.getDefault() !== one) visit(one, `${place}<>`);
        }
      }
      for (const info of checker.getIndexInfosOfType(type)) visit(info.type, `${place}[]`);
      // Declarations of the compiler's libraries are not part of the package.
      if (type.symbol !== undefined && !declared(type.symbol)) return;
      for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
        for (const parameter of signature.getParameters()) visit(checker.getTypeOfSymbol(parameter), `${place}(${parameter.name})`);
        for (const one of signature.getTypeParameters() ?? []) visit(one, `${place}<>`);
        visit(signature.getReturnType(), `${place}()`);
      }
      for (const member of members(type)) visit(checker.getTypeOfSymbol(member), `${place}.${member.name}`);
    }
    for (const symbol of exports) for (const type of types(symbol)) visit(type, symbol.name);
    return found;
  }

  return { items: items(), anys: anys() };
}

/**
 * What of a surface programs speak of: in what compiles, and in what must not (behind `@ts-expect-error`).
 *
 * @param {ts.Program} program
 * @param {string[]} files
 */
export function spoken(program, files) {
  const checker = program.getTypeChecker();
  /** @type {Set<ts.Node>} */
  const right = new Set();
  /** @type {Set<ts.Node>} */
  const wrong = new Set();
  /** @type {Set<string>} */
  const rightTexts = new Set();
  /** @type {Set<string>} */
  const wrongTexts = new Set();
  for (const path of files) {
    const source = program.getSourceFile(path);
    if (source === undefined) throw new Error(`${path} is not in the program`);
    const lines = source.text.split("\n");
    /** @param {ts.Node} node */
    const refused = (node) => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      return lines[line - 1]?.includes("@ts-expect-error") ?? false;
    };
    /** @param {ts.Symbol | undefined} symbol @param {ts.Node} at */
    const note = (symbol, at) => {
      const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      for (const node of target?.declarations ?? []) (refused(at) ? wrong : right).add(node);
    };
    /** @param {ts.Type | undefined} type @param {string} name @param {ts.Node} at */
    const noteProperty = (type, name, at) => {
      for (const one of type?.isUnion() ? type.types : type ? [type] : []) note(checker.getPropertyOfType(one, name), at);
    };
    /** @param {ts.Node} node */
    const visit = (node) => {
      if (ts.isIdentifier(node)) note(checker.getSymbolAtLocation(node), node);
      if (ts.isStringLiteral(node)) (refused(node) ? wrongTexts : rightTexts).add(node.text);
      if (ts.isElementAccessExpression(node)) {
        const symbol = checker
          .getPropertiesOfType(checker.getTypeAtLocation(node.expression))
          .find((one) => one.name.startsWith("__@dispose"));
        if (node.argumentExpression.getText() === "Symbol.dispose") note(symbol, node);
        if (ts.isStringLiteral(node.argumentExpression))
          noteProperty(checker.getTypeAtLocation(node.expression), node.argumentExpression.text, node);
      }
      if (ts.isObjectLiteralElementLike(node) && node.name && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name))) {
        noteProperty(checker.getContextualType(/** @type {ts.ObjectLiteralExpression} */ (node.parent)), node.name.text, node);
      }
      if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
        noteProperty(checker.getTypeAtLocation(node.parent), (node.propertyName ?? node.name).getText(), node);
      }
      // A class that is made, beside one that is spoken of.
      if (ts.isNewExpression(node)) (refused(node) ? wrongTexts : rightTexts).add(`new ${node.expression.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { right, wrong, rightTexts, wrongTexts };
}
