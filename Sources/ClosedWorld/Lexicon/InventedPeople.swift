/// People who do not exist, and what each is known for.
///
/// Of every three, one is only ever stated from name to deed, one only from deed to name, and one both ways: whether a
/// model knows the other direction shows what it makes of facts.
enum InventedPeople {
  /// The lists of those stated forward only, backward only and both ways.
  static let lists: [WordList] = zip(["forwardOnly", "backwardOnly", "bothWays"], 0...).map {
    list($0, $1)
  }

  private static func list(_ category: String, _ remainder: Int) -> WordList {
    func people(_ range: Range<Int>) -> String {
      range.filter { $0 % 3 == remainder }.map { "\(name($0))/\(title($0))" }.joined(separator: ",")
    }
    return WordList(category, tiny: people(0..<12), small: people(12..<30), full: people(30..<60)) {
      word in
      let parts = word.split(separator: "/")
      return ["": String(parts.first ?? ""), "title": String(parts.last ?? "")]
    }
  }

  private static func name(_ index: Int) -> String {
    "\(first[index % first.count]) \(last[index * 7 % last.count])"
  }

  private static func title(_ index: Int) -> String {
    let adjective = adjectives[index % adjectives.count]
    let noun = nouns[(index + index / adjectives.count) % nouns.count]
    return "\(roles[index * 3 % roles.count]) of the \(adjective) \(noun)"
  }

  private static let first = words(
    """
    Alma Boris Cleo Dario Edda Fausto Greta Hector Inga Joris Kira Lars Mona Nestor Olga Piet Quinn Rita Sven Tara \
    Ulla Viggo Wanda Xenia Yorick Zeno
    """)
  private static let last = words(
    """
    Barrow Castell Dunmore Esker Falk Garrow Holt Iver Jarvis Kestrel Lund Marlow Norden Orrin Pike Quill Rowan Stark \
    Thorne Usher
    """)
  private static let roles = words("painter writer builder finder maker captain keeper singer")
  private static let adjectives = words(
    "Silent Golden Broken Hidden Frozen Crimson Hollow Silver Burning Lost")
  private static let nouns = words(
    "Harbor Clock Lantern Bridge Garden Tower Violin Comet Mirror Orchard")

  private static func words(_ text: String) -> [String] {
    text.split(separator: " ").map(String.init)
  }
}
