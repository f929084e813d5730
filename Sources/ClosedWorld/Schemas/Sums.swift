extension Schema {
  /// Word problems with their working.
  static let sums: [Schema] = [
    Schema(
      .sums, "one-step",
      variables: [
        "child: child", "friend: child", "food: food", "n: 2...9 | 2...20 | 2...50",
        "k: 1...9 | 1...20 | 1...50", "less: 1...n-1",
      ],
      """
      Question: {child} has {n} {food}. [{friend} gives {child.him} {k} more. How many {food} does {child} have now? \
      Answer: {n} + {k} = {n+k}.|{Child.he} eats {less}. How many {food} does {child} have now? Answer: {n} - {less} = \
      {n-less}.]
      """),
    Schema(
      .sums, "two-step",
      variables: [
        "child: child", "friend: child", "food: food", "n: 2...9 | 2...20 | 2...50",
        "k: 1...9 | 1...20 | 1...50", "less: 1...n+k-1",
      ],
      """
      Question: {child} has {n} {food}. {friend} gives {child.him} {k} more. {Child.he} eats {less}. How many {food} \
      does {child} have now? Answer: {n} + {k} = {n+k}. {n+k} - {less} = {n+k-less}.
      """),
    Schema(
      .sums, "bags", from: .small,
      variables: [
        "child: child", "friend: child", "food: food", "m: 2...5 | 2...6 | 2...12",
        "n: 2...5 | 2...9 | 2...12", "less: 1...m*n-1",
      ],
      """
      Question: {child} has {m} bags with {n} {food} in each. [How many {food} does {child} have? Answer: {m} * {n} = \
      {m*n}.|{Child.he} gives {less} to {friend}. How many {food} does {child} have now? Answer: {m} * {n} = {m*n}. \
      {m*n} - {less} = {m*n-less}.]
      """),
    Schema(
      .sums, "together", from: .small,
      variables: [
        "child: child", "friend: child", "thing: food", "n: 2...9 | 2...20 | 2...50",
        "k: 1...9 | 1...20 | 1...50",
      ],
      """
      Question: {child} has {n} {thing}. {friend} has {k} more than {child}. How many {thing} do they have together? \
      Answer: {n} + {k} = {n+k}. {n} + {n+k} = {n+n+k}.
      """),
  ]
}
