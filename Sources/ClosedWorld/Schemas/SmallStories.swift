extension Schema {
  /// Stories that the small world adds.
  static let smallStories: [Schema] = [
    Schema(
      .stories, "seed", from: .small,
      variables: [
        "hero: person", "friend: person", "food: crop", "sorrow: sorrow", "hour: hour",
        "gladness: gladness",
      ],
      request: "a story about {hero.intro}, {friend.intro} and {food}",
      """
      In spring {hero} planted a seed. The next {hour} nothing had grown, and {hero} was {sorrow}. "When will it grow?" \
      {hero.he} asked. "Give it water and time," said {friend}. So every {hour} {hero} brought it water. [Weeks went \
      by|Summer came|++Many days later the buds opened], and at last there was a tree full of {food}. {Hero} ate the \
      {food} with {friend}, [and both were|++feeling] {gladness}. {Hero} had learned that it pays to be patient.
      """),
    Schema(
      .stories, "rain", from: .small,
      variables: [
        "hero: person", "friend: person", "garment: garment", "color: color of garment",
        "place: place", "spot: place",
      ],
      request: "a story about {hero.intro}, {garment.a} and {place}",
      """
      {Hero} was walking to {place} when it began to rain. {Hero.he} had no {garment}. [On the way|++Half way there] \
      {hero.he} met {friend}, who wore {color.a} {garment}. "Come under my {garment}," said {friend}. Under the {color} \
      {garment} they [walked|ran] to {place}, and neither {hero} nor {friend} got wet. The next day {hero} brought \
      {friend} a present from {spot}.
      """),
    Schema(
      .stories, "race", from: .small,
      variables: [
        "hero: animal", "friend: animal", "place: place", "spot: place", "trait: trait",
        "gladness: gladness",
      ],
      request: "a story about {hero.intro}, {friend.intro} and a race to {place}",
      """
      {Hero} and {friend} wanted to know who was faster. They began at {spot} and ran to {place}. {Hero} was far ahead, \
      so {hero.he} [lay down to sleep|stopped to eat|++stopped to admire the view]. {Friend} did not stop. When {hero} \
      came to {place}, {friend} was already there. "You are faster than I am," said {hero}. "No," said {friend}, "only \
      more patient." And {friend} was {gladness}.
      """),
    Schema(
      .stories, "found", from: .small,
      variables: [
        "hero: child", "owner: person", "thing: treasure", "color: color of thing", "place: place",
        "relative: relative",
      ],
      request: "a story about {hero.intro} who finds {thing.a}",
      """
      {place.At} {hero} found {color.a} {thing}. {Hero.his} {relative} said, "[Somebody must miss it|It is not yours].\
       Ask whose {thing} it is." So {hero} asked everybody {place.at}. "That is my {color} {thing}!" said {owner}. \
      {Hero} gave {owner.him} the {thing}, and {hero.his} {relative} was proud of {hero.him}.
      """),
    Schema(
      .stories, "visit", from: .small,
      variables: [
        "hero: child", "relative: relative", "food: food", "place: place", "weather: weather",
        "n: 3...9 | 3...9 | 3...12",
      ],
      request: "a story about {hero.intro}, {hero.his} {relative} and {food}",
      """
      One {weather} day {hero} visited {hero.his} {relative} {place.at}. {weather.sentence}. {Relative.he} had \
      [baked|bought|++kept] {n@number} {food} for {hero}. {Hero} counted the {food}: there were {n@number}. \
      {Hero.he} took one home, so {n-1@number} were left for {hero.his} {relative}.
      """),
    Schema(
      .stories, "seek", from: .small,
      variables: [
        "hero: person", "friend: person", "game: game", "place: place", "thing: thing",
        "color: color of thing",
      ],
      request: "a story about {hero.intro}, {friend.intro} and {place}",
      """
      {Hero} and {friend} played hide and seek {place.at}. {Friend} counted to ten while {hero} hid behind {color.a} \
      {thing}. [{Friend} looked everywhere|++High and low {friend} searched], and at last {friend.he} looked behind the \
      {color} {thing}. "I have found you, {hero.call}!" said {friend}. Then {hero} counted, and {friend} hid.
      """),
  ]
}
