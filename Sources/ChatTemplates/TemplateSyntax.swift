/// A statement of a template, with the line it begins in.
struct TemplateStatement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    /// Text that is written as it stands.
    case text(String)
    /// `{{ value }}`
    case output(TemplateExpression)
    /// `{% if %} … {% elif %} … {% else %}`
    case conditional(
      branches: [(condition: TemplateExpression, body: [TemplateStatement])],
      otherwise: [TemplateStatement])
    /// `{% for a, b in values if condition %} … {% else %}`
    case loop(TemplateLoop)
    /// `{% set target = value %}`
    case set(targets: [SetTarget], value: TemplateExpression)
    /// `{% set target %} … {% endset %}`
    case setBlock(target: SetTarget, body: [TemplateStatement])
    /// `{% macro name(parameters) %}`
    case macro(TemplateMacro)
    /// `{% break %}`
    case leaveLoop
    /// `{% continue %}`
    case nextTurn
    /// A part in a scope of its own, such as `{% generation %}`.
    case group([TemplateStatement])
  }

  /// What `{% set %}` changes: a variable, or a member of a namespace.
  struct SetTarget: Sendable {
    var name: String
    var member: String?
  }
}

/// `{% for %}`.
struct TemplateLoop: Sendable {
  var names: [String]
  var values: TemplateExpression
  var condition: TemplateExpression?
  var body: [TemplateStatement]
  var otherwise: [TemplateStatement]
}

/// An expression of a template.
indirect enum TemplateExpression: Sendable {
  case literal(TemplateValue)
  case list([TemplateExpression])
  case dictionary([(key: TemplateExpression, value: TemplateExpression)])
  case name(String)
  /// `value.name`
  case attribute(TemplateExpression, String)
  /// `value[index]`
  case item(TemplateExpression, TemplateExpression)
  /// `value[start:end:step]`
  case slice(TemplateExpression, TemplateExpression?, TemplateExpression?, TemplateExpression?)
  /// `value(arguments)`
  case call(TemplateExpression, TemplateArguments)
  /// `value | name(arguments)`
  case filter(TemplateExpression, String, TemplateArguments)
  /// `value is name(arguments)`
  case test(TemplateExpression, String, TemplateArguments)
  case not(TemplateExpression)
  case negative(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  /// `a < b <= c`: neighbours are compared, each value is computed once.
  case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
  case arithmetic(Arithmetic, TemplateExpression, TemplateExpression)
  /// `a ~ b`: both as text.
  case concatenation(TemplateExpression, TemplateExpression)
  /// `a if condition else b`
  case choice(
    condition: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)

  enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
  }

  enum Arithmetic: String, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case floorDivided = "//"
    case remainder = "%"
    case power = "**"
  }
}

/// The arguments of a call, as written.
struct TemplateArguments: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
}
