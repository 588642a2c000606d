//Maya ASCII 2023 scene
//Name: shot_refs.ma
//Codeset: UTF-8
file -rdi 1 -ns "street" -rfn "streetRN" -op "v=0;" -typ "mayaAscii" "sets/street.ma";
file -rdi 2 -ns "lamp" -rfn "street:lampRN" -op "v=0;" -typ "mayaAscii"
		 "sets/lamp.ma";
file -rdi 2 -ns "old" -dr 1 -rfn "street:oldRN" -op "v=0;" -typ "mayaAscii" "sets/old.ma";
file -rdi 1 -ns "lamp2" -rfn "lampRN2" -op "v=0;" -typ "mayaAscii" "C:/gone//sets/lamp.ma{2}";
file -rdi 1 -ns "hidden" -dr 1 -rfn "hiddenRN" -op "v=0;" -typ "mayaBinary" "sets/hidden.mb";
file -rdi 2 -ns "in" -rfn "hidden:inRN" -op "v=0;" -typ "mayaBinary" "sets/in.mb";
file -rdi 1 -ns "gone" -rfn "goneRN" -op "v=0;" -typ "mayaBinary" "sets/gone.mb";
file -r -ns "street" -dr 1 -rfn "streetRN" -op "v=0;" -typ "mayaAscii" "sets/street.ma";
requires maya "2023";
fileInfo "version" "2023";
createNode transform -s -n "persp";
createNode camera -s -n "perspShape" -p "persp";
	setAttr ".rnd" no;
createNode reference -n "streetRN";
	setAttr ".ed" -type "dataReferenceEdits" 
		"streetRN"
		"streetRN" 0
		"street:lampRN" 2
		2 "street:lamp:glass" "fileTextureName" " -type \"string\" \"tex/new glass.png\""
		
		2 "|street:shot|street:shotShape" "renderable" " 1"
		5 4 "streetRN" "|street:shot.translateX" "streetRN.placeHolderList[1]" 
		"";
// End of shot_refs.ma
