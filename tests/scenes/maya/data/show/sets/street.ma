//Maya ASCII 2023 scene
//Codeset: 1252
file -rdi 1 -ns "lamp" -rfn "lampRN" -op "v=0;" -typ "mayaAscii" "lamp.ma";
requires maya "2023";
createNode transform -s -n "persp";
createNode camera -s -n "perspShape" -p "persp";
createNode transform -n "shot";
createNode camera -n "shotShape" -p "shot";
	setAttr ".rnd" no;
createNode file -n "asphalt";
	setAttr ".ftn" -type "string" "tex/asphalt.1001.png";
	setAttr ".uvt" 3;
createNode renderLayer -n "defaultRenderLayer";
// End of street.ma
