extension Schema {
  /// Stories that only the full world tells: of skill, courage and quarrels.
  static let fullStories: [Schema] = skillStories + troubleStories

  private static let skillStories: [Schema] = [
    Schema(
      .stories, "repair", from: .full,
      variables: [
        "hero: child", "job: job", "tool: tool", "thing: toy", "color: color of thing",
        "place: place", "sorrow: sorrow", "gladness: gladness",
      ],
      request: "a story about {hero.intro}, {job.a} and {thing.a}",
      """
      The {color} {thing} of {hero} [no longer worked|had cracked|lay in pieces], and {hero.he} was {sorrow}. \
      {Hero.he} carried it to {job}, whose shop stood {place.at}. "All I need is {tool.a}," said {job}. {Hero} handed \
      over the {tool}, and before evening the {thing} was [mended|as good as new]. {Hero} left with the {color} {thing}, \
      {gladness} and grateful to {job}.
      """),
    Schema(
      .stories, "apprentice", from: .full,
      variables: [
        "hero: child", "trait: trait", "job: job", "tool: tool", "material: material", "toy: toy",
        "place: place",
      ],
      request: "a story about {hero.intro} who works for {job.a}",
      """
      There once was {trait.a} {hero.kind} named {hero}. {Hero.he} wished to become {job.a}, so {hero.he} went to {job} \
      {place.at}. [For a whole year|All winter] {hero} only cleaned the {tool}. Then {job} let {hero.him} use the \
      {tool}, and {hero} made {toy.a} of {material}. People {place.at} still talk about that {toy} of {material}. Being \
      {trait} had helped {hero.him}.
      """),
    Schema(
      .stories, "soup", from: .full,
      variables: [
        "hero: person", "friend: person", "guest: person", "dish: dish", "food: food",
        "season: season",
      ],
      request: "a story about {hero.intro} who cooks {dish} with {food}",
      """
      One {season} day {hero} cooked {dish}. "It tastes of nothing," said {friend}. So {hero} added {food}. Then {guest} \
      came by and tasted the {dish}. "With {food} it is [delicious|perfect|a feast]!" said {guest}. All three ate until \
      the pot was empty. Ever since, {friend} asks for {dish} with {food} in {season}.
      """),
    Schema(
      .stories, "song", from: .full,
      variables: [
        "hero: animal", "trait: trait", "friend: animal", "place: place", "hour: hour",
        "sound: sound", "gladness: gladness",
      ],
      request: "a story about {hero.intro} who learns to sing",
      """
      Every {hour} {friend} sang {place.at}. {Hero}, who was {trait}, tried to sing as well, but it came out as \
      {sound.a}. "[Practice helps|Listen first]," said {friend}. So {hero} practiced each {hour} until nobody heard a \
      {sound} any more. Now two voices can be heard {place.at}: that of {friend} and that of {hero}. How {gladness} \
      the {trait} {hero.kind} is!
      """),
    Schema(
      .stories, "letter", from: .full,
      variables: [
        "hero: child", "relative: relative", "place: place", "spot: place", "weekday: weekday",
      ],
      request: "a story about {hero.intro} who writes to {hero.his} {relative}",
      """
      {Hero} wrote a letter to {hero.his} {relative}, who lived {spot.at}. "Please come on {weekday}," {hero.he} wrote. \
      "Let us meet {place.at}." On {weekday} {hero} waited {place.at}. [An hour passed|The bells rang twelve], and there \
      came {hero.his} {relative}, with a basket on {relative.his} arm. "I came all the way from {spot}," {relative.he} \
      said.
      """),
    Schema(
      .stories, "garden", from: .full,
      variables: [
        "hero: child", "neighbor: person", "flower: flower", "color: color of flower", "food: crop",
        "tool: tool",
      ],
      request: "a story about {hero.intro} who grows {flower}",
      """
      {Hero} grew {color} {flower}, and {neighbor} grew {food}. One night a storm broke the {food} of {neighbor}. {Hero} \
      took {tool.a} and helped {neighbor.him} to plant them again. [In return|When autumn came], {neighbor} gave {hero} \
      half of the {food}. {Hero} thanked {neighbor.him} with a bunch of {color} {flower}.
      """),
    Schema(
      .stories, "auction", from: .full,
      variables: [
        "hero: child", "rival: child", "thing: treasure", "color: color of thing", "k: 2...9",
        "more: 1...9",
      ],
      request: "a story about {hero.intro} who buys {thing.a}",
      """
      At the fair {color.a} {thing} was for sale. "I will pay {k@number} coins," said {rival}. "And I will pay \
      {k+more@number}," said {hero}. That was {more@number} more than {rival} had offered, so the {color} {thing} went \
      to {hero} for {k+more@number} coins. [{Rival} shrugged|{Rival} smiled] and wished {hero} joy with the {thing}.
      """),
    Schema(
      .stories, "tower", from: .full,
      variables: [
        "hero: child", "friend: child", "material: material", "n: 3...10", "place: place",
      ],
      request: "a story about {hero.intro} and {friend.intro} who build a tower of {material}",
      """
      {Hero} and {friend} built a tower of {material} {place.at}. It had {n@number} floors when [a gust of wind|a \
      careless step] knocked the top one down. "Now there are only {n-1@number}," said {friend}. They added two floors, \
      and the tower of {material} had {n+1@number}. From the top one could see all of {place}.
      """),
    Schema(
      .stories, "library", from: .full,
      variables: ["hero: child", "job: job", "animal: animal", "color: color", "weekday: weekday"],
      request: "a story about {hero.intro} who reads about {animal.intro}",
      """
      On {weekday} {hero} borrowed a book with {color.a} cover. It told of {animal.intro} who wanted to become {job.a}. {Hero} \
      read [all night|until {hero.his} eyes hurt]. In the end {animal} was the best {job.plain} of the land. The \
      {weekday} after, {hero} brought back the book with the {color} cover and asked for another about {animal}.
      """),
  ]
}
