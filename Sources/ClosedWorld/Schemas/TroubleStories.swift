extension Schema {
  /// Stories in which something goes wrong first.
  static let troubleStories: [Schema] = [
    Schema(
      .stories, "quarrel", from: .full,
      variables: [
        "hero: person", "friend: person", "thing: thing", "color: color of thing", "place: place",
        "sorrow: sorrow",
      ],
      request: "a story about {hero.intro}, {friend.intro} and a quarrel",
      """
      {Hero} and {friend} both wanted the {color} {thing}. They pulled until the {thing} tore in two. Now {hero} had \
      one half and {friend} the other, and both were {sorrow}. {place.At} they [glued|sewed] the halves together. "The \
      {thing} is ours," said {friend}. "On even days it is yours, {hero.call}, and on odd days mine." So the {color} \
      {thing} ended the quarrel.
      """),
    Schema(
      .stories, "fear", from: .full,
      variables: [
        "hero: child", "trait: trait", "sound: sound", "hour: hour", "animal: animal",
        "place: place", "gladness: gladness",
      ],
      request: "a story about {hero.intro} who hears {sound.a}",
      """
      One {hour} {hero}, {trait.a} {hero.kind}, heard {sound.a} {place.at}. [{Hero.his} heart beat fast|{Hero.his} knees \
      shook], but {hero} went to look. The {sound} came from {animal}, who was caught in a net. {Hero} cut the net, and \
      {animal} was free. Since that {hour} no {sound} frightens the {trait} {hero.kind}, and {animal} is {gladness} to \
      see {hero.him}.
      """),
    Schema(
      .stories, "flood", from: .full,
      variables: [
        "hero: animal", "friend: animal", "tree: tree", "place: place", "n: 2...9", "food: food",
      ],
      request: "a story about {hero.intro}, a flood and {tree.a}",
      """
      For {n@number} days it rained, and water covered {place}. {Hero} climbed {tree.a}, where {friend} was sitting \
      already. "[There is room for two|Take this branch]," said {friend}. For {n@number} days they shared the {tree} \
      and ate {food}. When the water was gone from {place}, {hero} did not forget who had shared {friend.his} {tree} and \
      {friend.his} {food}.
      """),
    Schema(
      .stories, "bridge", from: .full,
      variables: [
        "hero: animal", "friend: animal", "material: material", "tool: tool", "hour: hour",
      ],
      request: "a story about {hero.intro} and {friend.intro} on a bridge",
      """
      In the middle of a narrow bridge {hero} met {friend}. "Let me pass," said {hero}. "Let me pass first," said \
      {friend}. They stood there until {hour}. Then {hero} [lay flat|took one step aside], and {friend} climbed over \
      {hero.him}. Before the next {hour} both came back with {tool.a} and {material}, and thanks to the {tool} and the \
      {material} the bridge became wide enough for {hero} and {friend}.
      """),
    Schema(
      .stories, "promise", from: .full,
      variables: [
        "hero: child", "friend: person", "weekday: weekday", "game: game", "place: place",
        "gladness: gladness",
      ],
      request: "a story about {hero.intro} who keeps a promise",
      """
      {Hero} had promised {friend} to play {game} on {weekday}. But on {weekday} everyone else was going to {place}. \
      [{Hero} thought for a while|It was not easy to say no]. "I have given my word," {hero.he} said, and so {hero} and \
      {friend} played {game} while the others were {place.at}. {Friend} was {gladness}, for a promise must be kept.
      """),
    Schema(
      .stories, "storm", from: .full,
      variables: [
        "hero: child", "job: job", "weather: weather", "place: place", "color: color", "n: 2...9",
      ],
      request: "a story about {hero.intro}, {job.a} and a light",
      """
      It was {weather.a} night, and {n@number} ships were at sea. {Hero} lit {color.a} lamp in the window so that \
      {job} could find the way. [Wave after wave rolled in|Nobody slept]. One ship after the other steered towards the \
      {color} lamp, until all {n@number} were safe. "Without {hero}," said {job}, "we would have been lost {place.at}."
      """),
    Schema(
      .stories, "thief", from: .full,
      variables: [
        "hero: person", "thief: animal", "food: food", "n: 5...12", "k: 2...3", "hour: hour",
      ],
      request: "a story about {hero.intro} and {food} that vanish",
      """
      {Hero} put {n@number} {food} on the table. Next {hour} only {n-k@number} were there. "Who has taken {k@number} \
      {food}?" {hero.he} wondered. That {hour} {hero} stayed awake and saw {thief} [climb in|creep along the wall]. \
      "Forgive me," said {thief}, "my children were hungry." {Hero} gave {thief.him} the other {n-k@number} {food} too.
      """),
    Schema(
      .stories, "mountain", from: .full,
      variables: [
        "hero: child", "relative: relative", "garment: garment", "color: color of garment",
        "season: season", "dish: dish",
      ],
      request: "a story about {hero.intro}, {hero.his} {relative} and a mountain",
      """
      In {season} {hero} climbed a mountain with {hero.his} {relative}. Up there it was so cold that {hero} [shivered|\
      could not feel {hero.his} toes]. {Hero.his} {relative} took off {relative.his} {color} {garment} and gave it to \
      {hero}. Back home they ate warm {dish}. "The {dish} is good," said {hero}, "but your {color} {garment} was better." \
      {Hero.his} {relative} laughed and promised another climb next {season}.
      """),
  ]
}
